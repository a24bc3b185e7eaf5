//! Reads the snapshots that a program's output is compared with, from the files that `insta` writes.
//!
//! Only the file format is `insta`'s. Its assertions print, panic and write files, which a grader must not do.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::exercise::{Check, CheckWork, ProgramCheck};
use crate::help::Help;

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file cannot be read.
    #[error("failed to read the snapshot `{path}`", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file has no header.
    #[error(
        "failed to read the snapshot `{path}`: it does not begin with a header between two lines `---`",
        path = path.display()
    )]
    NoHeader {
        /// The file.
        path: PathBuf,
    },
}

impl Help for SnapshotError {}

/// The snapshots of some checks, by name.
pub type Snapshots = BTreeMap<String, Result<String, SnapshotError>>;

/// Reads the snapshots that `checks` compare with, in `folder`.
pub fn read_all(folder: &Path, checks: &[&Check]) -> Snapshots {
    let names = checks.iter().filter_map(|check| match &check.work {
        CheckWork::Program(program) => program.snapshot.clone(),
        CheckWork::Model | CheckWork::Service | CheckWork::Speed => None,
    });
    let pairs = names.map(|name| (name.clone(), read(folder, &name)));
    pairs.collect()
}

fn read(folder: &Path, name: &str) -> Result<String, SnapshotError> {
    let path = folder.join(format!("{name}.snap"));
    let file = std::fs::read_to_string(&path);
    let file = file.map_err(|source| SnapshotError::Read {
        path: path.clone(),
        source,
    })?;
    let text = parse(&file).ok_or(SnapshotError::NoHeader { path })?;
    Ok(text)
}

/// The text after the header, without trailing line breaks.
fn parse(file: &str) -> Option<String> {
    let file = file.replace("\r\n", "\n");
    let (_, text) = file.strip_prefix("---\n")?.split_once("\n---\n")?;
    Some(without_last_breaks(text))
}

/// A program's output in the form in which it is compared: filtered, then sorted where the check asks for that, without
/// trailing line breaks.
pub fn normalize(stdout: &str, check: &ProgramCheck) -> String {
    let mut text = stdout.replace("\r\n", "\n");
    for filter in &check.filters {
        text = filter
            .pattern
            .replace_all(&text, filter.replacement.as_str())
            .into_owned();
    }
    if check.sort_lines {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        text = lines.join("\n");
    }
    without_last_breaks(&text)
}

fn without_last_breaks(text: &str) -> String {
    text.trim_end_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;
    use crate::exercise::Filter;

    const CHECK: ProgramCheck = ProgramCheck {
        args: Vec::new(),
        exit: 0,
        sort_lines: false,
        snapshot: None,
        filters: Vec::new(),
        stderr_empty: false,
    };

    #[test]
    fn what_insta_writes_is_read_as_what_it_was_given() {
        let text = "first\n\n---\nlast";
        let mut settings = insta::Settings::clone_current();
        let folder = tempfile::tempdir().expect("a temporary folder");
        settings.set_snapshot_path(folder.path());
        settings.set_prepend_module_to_snapshot(false);
        let file = format!("---\nsource: grader/checks/x/src/main.rs\nexpression: stdout\n---\n{text}\n");
        std::fs::write(folder.path().join("program.snap"), file).expect("a file");
        settings.bind(|| insta::assert_snapshot!("program", text));
        assert_eq!(read(folder.path(), "program").expect("a snapshot"), text);
    }

    #[test]
    fn a_snapshot_that_is_not_there_is_told_by_its_path() {
        let error = read(Path::new("grader/checks/x/snapshots"), "program").expect_err("there is none");
        assert_eq!(
            error.to_string(),
            "failed to read the snapshot `grader/checks/x/snapshots/program.snap`"
        );
    }

    #[test]
    fn filters_come_before_sorting() {
        let filter = |pattern, replacement: &str| Filter {
            pattern: Regex::new(pattern).expect("a pattern"),
            replacement: replacement.to_owned(),
        };
        let check = ProgramCheck {
            sort_lines: true,
            filters: vec![filter(r"(?m)^\d+ ms: ", "")],
            ..CHECK
        };
        assert_eq!(normalize("9 ms: a\n10 ms: b\n", &check), "a\nb");
    }
}
