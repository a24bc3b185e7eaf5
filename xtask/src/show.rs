//! `cargo xtask show`: grades a submission and makes a page of the report, to step through what fails.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use grader::discover::Workspace;
use grader::grade::{self, Options};
use grader::help::Help;
use protocol::verdict::{Overall, Report};
use report::page;
use report::text::{Line, Text, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::{Containment, ShowFlags};
use crate::grade::select;
use crate::named::current_dir;
use crate::standing::Standings;
use crate::{interrupt, named, progress};

/// The page cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("failed to write the page to `{}`", path.display())]
struct WriteError {
    path: PathBuf,
    source: io::Error,
}

impl Help for WriteError {
    fn help(&self) -> Option<String> {
        Some("name a file in a folder that you may write to: `--out FILE`, or `--html FILE` of `grade`".to_owned())
    }
}

/// The page cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("failed to open the page with `{program}`")]
struct OpenError {
    program: &'static str,
    page: PathBuf,
    source: io::Error,
}

impl Help for OpenError {
    fn help(&self) -> Option<String> {
        Some(format!("open `{}` in a browser yourself", self.page.display()))
    }
}

/// Grades what the flags name, writes the page and says where it is. The verdict gives the exit code.
pub(crate) fn run(flags: &ShowFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let standings = Standings::new(&workspace, console);
    let exercise = named::exercise_or_current(&workspace, flags.exercise.as_deref(), &standings)?;
    let (submission, selection) = select(&workspace, &exercise, flags.solution, flags.submission.as_deref())?;
    let options = Options {
        check: flags.check.clone(),
        cancel: interrupt::cancel_on_signal(),
        containment: Containment::requirement(flags.containment),
        ..Options::default()
    };
    let report = progress::during(console, |events| {
        grade::grade(&workspace, &exercise, &submission, &options, events)
    })?;
    let file = flags.out.clone().unwrap_or_else(|| {
        let name = format!("target/interleave/{}.html", exercise.name);
        workspace.root.join(name)
    });
    write(&report, selection, &file)?;
    console.print(words(&report, &nearest(&file), flags))?;
    if flags.open {
        open(&file)?;
    }
    Ok(report.overall().into())
}

/// Writes the page of a report. `selection` are the flags that select its submission.
pub(crate) fn write(report: &Report, selection: String, file: &Path) -> Result<(), Error> {
    let options = report::Options {
        selection,
        ..report::Options::default()
    };
    let page = page::report(report, &options);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let written = folder.map_or(Ok(()), std::fs::create_dir_all);
    written.and_then(|()| std::fs::write(file, page)).map_err(|source| {
        let path = file.to_owned();
        Error::Ungraded(Box::new(WriteError { path, source }))
    })
}

/// What the page shows, and where it is.
fn words(report: &Report, file: &Path, flags: &ShowFlags) -> Text {
    let failing: Vec<String> = report
        .checks
        .iter()
        .filter_map(|check| {
            let finding = check.failure()?.finding;
            Some(format!("{}: {finding}", check.name))
        })
        .collect();
    let mut text = Text::new();
    for check in &failing {
        text.push(Line::new().with(Tone::Bad, "✗ ").with(Tone::Plain, check));
    }
    if failing.is_empty() {
        let words = match report.overall() {
            Overall::Passed => "every check passed, so there is nothing to step through",
            Overall::Failed => "no interleaving fails; the page has what the other checks say",
            Overall::Ungraded => "not graded; the page says why",
        };
        text.push(Line::new().with(Tone::Plain, words));
    }
    text.push(
        Line::new()
            .with(Tone::Dim, "page: ")
            .with(Tone::Help, file.to_string_lossy()),
    );
    if !flags.open {
        text.push(Line::new().with(Tone::Dim, "open it in a browser, or add `--open`"));
    }
    text
}

/// A path as it is named from the current folder, where it is below it.
fn nearest(file: &Path) -> PathBuf {
    let below = std::env::current_dir()
        .ok()
        .and_then(|folder| Some(file.strip_prefix(folder).ok()?.to_owned()));
    below.unwrap_or_else(|| file.to_owned())
}

/// Opens a page with the program that the system has for that.
fn open(file: &Path) -> Result<(), Error> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let started = Command::new(program)
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(_) => Ok(()),
        Err(source) => Err(Error::Ungraded(Box::new(OpenError {
            program,
            page: file.to_owned(),
            source,
        }))),
    }
}
