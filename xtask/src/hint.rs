//! `cargo xtask hint`: the hints for what failed, one step more each time.
//!
//! The exercise is graded only if it was edited since the last grading.

use grader::discover::{Submission, Workspace};
use grader::exercise::Exercise;
use grader::grade::{self, Options};
use report::human;
use report::text::{Line, Text, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::{Containment, HintFlags};
use crate::named::current_dir;
use crate::standing::{Cause, Fingerprint, Record, Standings};
use crate::{interrupt, named, progress};

/// Shows one hint more.
pub(crate) fn run(flags: &HintFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let standings = Standings::new(&workspace, console);
    let exercise = named::exercise_or_current(&workspace, flags.exercise.as_deref(), &standings)?;
    let fingerprint = Fingerprint::of(&exercise);
    let graded = standings
        .record(&exercise.name)
        .filter(|record| record.fingerprint == fingerprint);
    let mut record = match graded {
        Some(record) => record,
        None => match graded_now(&workspace, &exercise, &fingerprint, &standings, console)? {
            Some(record) => record,
            None => return Ok(ExitCode::Ungraded),
        },
    };
    let text = next_step(&exercise, &mut record, console.columns());
    standings.write(&exercise.name, &record);
    console.print(text)?;
    Ok(ExitCode::Passed)
}

/// Grades what the student wrote. If it has no score, the report says why.
fn graded_now(
    workspace: &Workspace,
    exercise: &Exercise,
    fingerprint: &Fingerprint,
    standings: &Standings<'_>,
    console: &Console,
) -> Result<Option<Record>, Error> {
    let submission = Submission::student(workspace, exercise)?;
    let options = Options {
        cancel: interrupt::cancel_on_signal(),
        containment: Containment::requirement(None),
        ..Options::default()
    };
    let report = progress::during(console, |events| {
        grade::grade(workspace, exercise, &submission, &options, events)
    })?;
    let record = standings.keep(&report, fingerprint);
    if record.is_none() {
        let options = report::Options {
            columns: console.columns(),
            ..report::Options::default()
        };
        console.print(human::report(&report, &options))?;
    }
    Ok(record)
}

/// The hints up to the next one, and what to do after it.
fn next_step(exercise: &Exercise, record: &mut Record, columns: usize) -> Text {
    let mut text = Text::new();
    let Some(cause) = &mut record.cause else {
        let words = if record.is_full() {
            format!("`{}` passes, so there is nothing to hint at.", exercise.name)
        } else {
            "There is no hint for this: the report says what to do.".to_owned()
        };
        text.paragraph(Tone::Plain, 0, &words, columns);
        text.push(if record.is_full() {
            Line::new()
                .with(Tone::Dim, "next: ")
                .with(Tone::Help, "cargo xtask next")
        } else {
            let command = format!("cargo xtask grade {}", exercise.name);
            Line::new().with(Tone::Dim, "next: ").with(Tone::Help, command)
        });
        return text;
    };
    let is_last_again = cause.n_seen == cause.hints.len();
    cause.n_seen = (cause.n_seen + 1).min(cause.hints.len());
    text.append(hints(cause, columns));
    let next = if is_last_again || cause.n_seen == cause.hints.len() {
        format!("cargo xtask grade {} --full", exercise.name)
    } else {
        format!("cargo xtask hint {}", exercise.name)
    };
    text.blank();
    text.push(Line::new().with(Tone::Dim, "next: ").with(Tone::Help, next));
    text
}

/// What failed, and the hints that the student has seen.
pub(crate) fn hints(cause: &Cause, columns: usize) -> Text {
    let mut text = Text::new();
    let line = Line::new()
        .with(Tone::Bad, "✗ ")
        .with(Tone::Strong, &cause.check)
        .with(Tone::Plain, "  ")
        .with(Tone::Bad, &cause.finding);
    text.push(line.shortened(columns));
    for (at, hint) in cause.hints.iter().enumerate().take(cause.n_seen) {
        let label = format!("hint {} of {}  ", at + 1, cause.hints.len());
        let tone = if at + 1 == cause.n_seen { Tone::Plain } else { Tone::Dim };
        text.hanging(Line::indented(2).with(Tone::Help, label), tone, hint, columns);
    }
    text
}
