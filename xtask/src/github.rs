//! `cargo xtask grade --format github`: what GitHub Actions shows of a grading: a log, marks at the lines of a
//! submission, and a job summary.
//!
//! Only this module knows the variables that GitHub sets. Without them the same commands are printed, and there is no
//! summary.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use grader::discover::Workspace;
use grader::help::Help;
use protocol::verdict::{Report, Score};
use report::{Extent, Options, github, human};

use crate::console::Console;
use crate::error::Error;

/// How wide the text of a log and of a summary is.
const COLUMNS: usize = 100;
/// GitHub refuses the summary of a step that is larger than a MiB. Other commands of the step may write to it as well.
const MOST_BYTES: u64 = 768 * 1024;

/// The summary cannot be written. The verdicts are as they are.
#[derive(Debug, thiserror::Error)]
#[error("failed to write the job summary to `{path}`", path = path.display())]
struct SummaryError {
    path: PathBuf,
    source: io::Error,
}

impl Help for SummaryError {
    fn help(&self) -> Option<String> {
        Some("`GITHUB_STEP_SUMMARY` names a file that can be written; the log has the same reports".to_owned())
    }
}

/// How a report is written.
pub(crate) fn options(hints: usize, extent: Extent, selection: String) -> Options {
    Options {
        columns: COLUMNS,
        hints,
        extent,
        selection,
        ..Options::default()
    }
}

/// Prints one report to the log of the step.
pub(crate) fn print(report: &Report, options: &Options, console: &Console) -> io::Result<()> {
    let most = report.max_score();
    let points = match report.score() {
        Score::Exactly(score) => format!("{score} of {most}"),
        Score::AtLeast(score) => format!("at least {score} of {most}"),
        Score::Unknown => "not graded".to_owned(),
    };
    let heading = format!("{}  {points}", report.exercise);
    console.print_bytes(&github::log(&heading, &human::report(report, options)))
}

/// Prints the marks of all reports, and adds to the summary of the job.
pub(crate) fn finish(workspace: &Workspace, reports: &[(Report, Options)], console: &Console) -> Result<(), Error> {
    let written: Vec<github::Written<'_>> = reports.iter().map(|(report, options)| (report, options)).collect();
    let folder = folder(&workspace.root, std::env::var_os("GITHUB_WORKSPACE").as_deref());
    console.print_bytes(&github::annotations(&written, &folder))?;
    let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
    let Some(path) = summary.map(PathBuf::from) else {
        return Ok(());
    };
    if let Err(source) = append(&path, &written) {
        console.warning(&Error::Ungraded(Box::new(SummaryError { path, source })));
    }
    Ok(())
}

fn append(path: &Path, written: &[github::Written<'_>]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let room = MOST_BYTES.saturating_sub(file.metadata()?.len());
    let summary = github::summary(written, usize::try_from(room).unwrap_or(usize::MAX));
    file.write_all(summary.as_bytes())
}

/// Where the course at `root` lies in the repository that is checked out: empty, or a path that ends with a slash.
fn folder(root: &Path, checkout: Option<&OsStr>) -> String {
    let inside = checkout
        .and_then(|checkout| Path::new(checkout).canonicalize().ok())
        .and_then(|checkout| root.strip_prefix(checkout).ok().map(Path::to_owned));
    let parts = inside.iter().flat_map(|path| path.components());
    parts
        .map(|part| format!("{}/", part.as_os_str().to_string_lossy()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_in_a_folder_of_the_repository_is_named_with_it() {
        let checkout = tempfile::tempdir().expect("a temporary folder");
        let root = checkout.path().canonicalize().expect("it is there");
        let given = Some(checkout.path().as_os_str());
        assert_eq!(folder(&root, given), "");
        assert_eq!(folder(&root.join("a/course"), given), "a/course/");
        assert_eq!(folder(Path::new("/elsewhere"), given), "");
        assert_eq!(folder(&root, None), "");
    }
}
