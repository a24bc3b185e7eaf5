//! `cargo xtask grade --format junit` and the like: all reports as one document for another system.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use grader::help::Help;
use report::exports::classroom50::{self, Submission};
use report::exports::{Entry, exercism, gradescope, junit, sarif};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::DocumentFormat;

/// The environment does not say what is graded.
#[derive(Debug, thiserror::Error)]
enum SubmissionError {
    #[error("failed to tell which submission of Classroom 50 this is: {} not set", missing.join(", "))]
    NotSet { missing: Vec<&'static str> },
    #[error("failed to tell when the commit was made: `git` does not say so")]
    NoDate,
}

impl Help for SubmissionError {
    fn help(&self) -> Option<String> {
        let help = match self {
            SubmissionError::NotSet { .. } => "the runner of Classroom 50 sets them for `autograder.py`",
            SubmissionError::NoDate => "grade what is in the student's checkout",
        };
        Some(help.to_owned())
    }
}

/// Prints the document about `entries`, and gives the exit code. `code` is that of the reports, and `folder` has the
/// first submission.
pub(crate) fn print(
    format: DocumentFormat,
    entries: &[Entry<'_>],
    folder: &Path,
    options: &report::Options,
    code: ExitCode,
    console: &Console,
) -> Result<ExitCode, Error> {
    let document = match format {
        DocumentFormat::JUnit => {
            let mut document = junit::Document::default();
            document.add(junit::Owner::Only, entries, options);
            Some(document.into_document())
        }
        DocumentFormat::Sarif => Some(sarif::log(entries, options)),
        DocumentFormat::Gradescope => Some(gradescope::results(entries, options)),
        DocumentFormat::Exercism => Some(exercism::results(entries, options)),
        DocumentFormat::Classroom50 => classroom50::result(&submission(folder)?, entries, options),
    };
    if let Some(document) = document {
        console.print_bytes(&document)?;
    }
    Ok(match format {
        DocumentFormat::JUnit | DocumentFormat::Sarif => code,
        // They take any other code for a failure of the grader.
        DocumentFormat::Gradescope | DocumentFormat::Exercism | DocumentFormat::Classroom50 => match code {
            ExitCode::Failed => ExitCode::Passed,
            ExitCode::Passed | ExitCode::Usage | ExitCode::Ungraded | ExitCode::TryAgain | ExitCode::Interrupted => {
                code
            }
        },
    })
}

/// The submission that the runner of Classroom 50 asks about.
fn submission(folder: &Path) -> Result<Submission, Error> {
    let usage = |error: SubmissionError| Error::Usage(Box::new(error));
    let mut missing = Vec::new();
    let optional = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let mut variable = |name: &'static str| {
        optional(name).unwrap_or_else(|| {
            missing.push(name);
            String::new()
        })
    };
    let commit = variable("COMMIT_URL");
    let mut submission = Submission {
        classroom: variable("CLASSROOM"),
        assignment: variable("ASSIGNMENT"),
        assignment_type: optional("ASSIGNMENT_TYPE"),
        owner: optional("OWNER").or_else(|| optional("USERNAME")),
        tag: variable("SUBMISSION_TAG"),
        release: variable("RELEASE_URL"),
        review: optional("REVIEW_URL").unwrap_or_else(|| commit.clone()),
        commit,
        datetime: String::new(),
    };
    if !missing.is_empty() {
        return Err(usage(SubmissionError::NotSet { missing }));
    }
    submission.datetime = committed_at(folder).ok_or_else(|| usage(SubmissionError::NoDate))?;
    Ok(submission)
}

/// When the commit that is checked out in `folder` was made.
fn committed_at(folder: &Path) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ"])
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let date = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !date.is_empty()).then_some(date)
}
