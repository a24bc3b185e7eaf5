//! `cargo xtask solution`: shows the reference solution, once the student's own passes.

use std::fs;

use grader::discover::{Submission, Workspace};
use grader::help::Help;

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::SolutionFlags;
use crate::named;
use crate::named::current_dir;
use crate::standing::{Standing, Standings};

/// The student's own solution does not pass yet.
#[derive(Debug, thiserror::Error)]
#[error("the solution of `{exercise}` is shown once yours passes: {standing}")]
struct NotYet {
    exercise: String,
    standing: String,
}

impl Help for NotYet {
    fn help(&self) -> Option<String> {
        let Self { exercise, .. } = self;
        Some(format!(
            "`cargo xtask hint {exercise}` helps without giving it away\n\
             `cargo xtask solution {exercise} --anyway` shows it now"
        ))
    }
}

/// Prints the solution's library.
pub(crate) fn run(flags: &SolutionFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let exercise = named::exercise(&workspace, &flags.exercise)?;
    let standings = Standings::new(&workspace, console);
    if !flags.anyway && !standings.has_passed(&exercise) {
        let standing = match standings.standing(&exercise) {
            Standing::Stub(n_to_do) => format!("{n_to_do} to do"),
            Standing::Edited => "it was not graded yet".to_owned(),
            Standing::Graded(record) => format!("it has {} of {} points", record.score, record.max_score),
            Standing::EditedSince(record) => format!(
                "it had {} of {} points, and was edited since",
                record.score, record.max_score
            ),
        };
        let exercise = exercise.name;
        return Err(Error::Usage(Box::new(NotYet { exercise, standing })));
    }
    Submission::solution(&workspace, &exercise)?;
    let path = workspace.solution_folder(&exercise).join("src/lib.rs");
    let text = fs::read_to_string(&path)
        .map_err(|error| Error::failed(format!("failed to read `{}`\n{error}", path.display())))?;
    console.print_bytes(&text)?;
    Ok(ExitCode::Passed)
}
