//! `cargo xtask prepare`: builds what a grading needs besides the submission, so that later ones build and fetch
//! nothing. For images of containers, caches of CI services, and the nodes of a cluster.

use grader::discover::Workspace;
use grader::exercise::Exercise;
use grader::grade::{self, Options};
use report::escape::counted;
use report::text::{Line, Text, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::PrepareFlags;
use crate::named::current_dir;
use crate::{interrupt, named, progress};

/// Builds the libraries of the exercises that the flags name.
pub(crate) fn run(flags: &PrepareFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let exercises = named::exercises(&workspace, &flags.exercises)?;
    build(&workspace, &exercises, console)?;
    let exercises = counted(exercises.len() as u64, "exercise");
    let mut text = Text::new();
    text.push(Line::new().with(Tone::Good, format!("the libraries of {exercises} are built")));
    console.print(text)?;
    Ok(ExitCode::Passed)
}

/// Builds the libraries of `exercises`.
pub(crate) fn build(workspace: &Workspace, exercises: &[Exercise], console: &Console) -> Result<(), Error> {
    let options = Options {
        cancel: interrupt::cancel_on_signal(),
        ..Options::default()
    };
    progress::during(console, |events| grade::prepare(workspace, exercises, &options, events))?;
    Ok(())
}
