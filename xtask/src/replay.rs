//! `cargo xtask replay`: runs one interleaving again and shows it step by step.

use grader::discover::Workspace;
use grader::grade::{self, Options, ReplayError};
use report::{self, Extent, human, json};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::{Containment, Format, ReplayFlags};
use crate::grade::{for_format, name_in_json, select};
use crate::named::current_dir;
use crate::{interrupt, named, progress};

/// Runs the interleaving that the token names. The exit code tells whether the check failed again.
pub(crate) fn run(flags: &ReplayFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let exercise = named::exercise(&workspace, &flags.exercise)?;
    let (submission, selection) = select(&workspace, &exercise, flags.solution, flags.submission.as_deref())?;
    let submission = for_format(submission, flags.format, &workspace);
    let options = Options {
        cancel: interrupt::cancel_on_signal(),
        containment: Containment::requirement(flags.containment),
        ..Options::default()
    };
    let replayed = progress::during(console, |events| {
        grade::replay(&workspace, &exercise, &submission, &flags.token, &options, events)
    });
    let options = report::Options {
        columns: console.columns(),
        extent: if flags.full { Extent::Full } else { Extent::Cut },
        selection,
        ..report::Options::default()
    };
    match replayed {
        Ok(mut report) => {
            match flags.format {
                Format::Json => {
                    report.submission = name_in_json(&submission, &workspace);
                    console.print_bytes(&json::replay(&report))?;
                }
                Format::Human | Format::Rustc | Format::Github | Format::Document(_) => {
                    console.print(human::replay(&report, &options))?
                }
            }
            Ok(if report.replayed.failure.is_some() {
                ExitCode::Failed
            } else {
                ExitCode::Passed
            })
        }
        Err(ReplayError::NotReplayed { mut report }) => {
            match flags.format {
                Format::Json => {
                    report.submission = name_in_json(&submission, &workspace);
                    console.print_bytes(&json::report(&report))?;
                }
                Format::Human | Format::Rustc | Format::Github | Format::Document(_) => {
                    console.print(human::report(&report, &options))?
                }
            }
            Ok(report.overall().into())
        }
        Err(error) => Err(error.into()),
    }
}
