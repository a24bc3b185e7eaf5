//! Calls the submission and converts its results into types of the checks.
//!
//! Of an error only the text is kept. No message contains the path of this program, which differs from machine to
//! machine.

use std::fmt;
use std::io;

use harness::{Finding, Violation};
use subprocess_pipelines::{Exit, Stage};

use crate::role::{self, Role};

/// What a program that plays [`Role::PassOn`] writes to standard error.
pub(crate) const ERRORS_OF_PASS_ON: &[u8] = b"this goes to standard error\n";

/// How many bytes of a text are shown.
const SHOWN_BYTES: usize = 60;

/// How a program ended, as the submission says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitReason {
    Code(i32),
    Signal(i32),
}

impl From<Exit> for ExitReason {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Code(code) => ExitReason::Code(code),
            Exit::Signal(signal) => ExitReason::Signal(signal),
        }
    }
}

impl fmt::Display for ExitReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExitReason::Code(code) => write!(formatter, "`Code({code})`"),
            ExitReason::Signal(signal) => write!(formatter, "`Signal({signal})`"),
        }
    }
}

/// The result of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) exits: Vec<ExitReason>,
}

/// A program of the system.
pub(crate) fn program(name: &str, arguments: &[&str]) -> Stage {
    Stage {
        program: name.to_owned(),
        args: arguments.iter().map(|&argument| argument.to_owned()).collect(),
    }
}

/// `sh` with a script, in the places where a shell is asked for.
pub(crate) fn shell(script: &str) -> Stage {
    program("sh", &["-c", script])
}

/// This program, in a role.
pub(crate) fn stage(role: &Role) -> io::Result<Stage> {
    Ok(Stage {
        program: role::own_path()?,
        args: role.arguments(),
    })
}

/// This program, in one role after the other.
///
/// # Panics
///
/// When the path of this program cannot be told, which [`Desk::open`](crate::desk::Desk::open) has excluded.
pub(crate) fn stages(roles: &[Role]) -> Vec<Stage> {
    let stages = roles.iter().map(stage).collect::<io::Result<_>>();
    stages.expect("the path of this program is known")
}

/// Calls `run`. Of an error only the text is kept.
pub(crate) fn run(stage: &Stage) -> Result<ExitReason, String> {
    match subprocess_pipelines::run(stage) {
        Ok(exit) => Ok(exit.into()),
        Err(error) => Err(error.to_string()),
    }
}

/// Calls `capture`. Of an error only the text is kept.
pub(crate) fn capture(stages: &[Stage], input: &[u8]) -> Result<Output, String> {
    match subprocess_pipelines::capture(stages, input) {
        Ok(captured) => Ok(Output {
            stdout: captured.stdout,
            stderr: captured.stderr,
            exits: captured.exits.into_iter().map(ExitReason::from).collect(),
        }),
        Err(error) => Err(error.to_string()),
    }
}

/// How a program ended that can be started, as `run` says.
pub(crate) fn must_run(stage: &Stage) -> Result<ExitReason, Violation> {
    run(stage).map_err(|text| gave_error("expected `run` to run the program", &text))
}

/// What `capture` gives of programs that can be started.
pub(crate) fn must_capture(stages: &[Stage], input: &[u8]) -> Result<Output, Violation> {
    capture(stages, input).map_err(|text| gave_error("expected `capture` to run the pipeline", &text))
}

fn gave_error(expected: &str, text: &str) -> Violation {
    Violation::new(Finding::WrongResult, expected).got(format!("it gave the error {}", quoted(text)))
}

/// A text of the submission as it is shown: cut off, and without the path of this program.
pub(crate) fn quoted(text: &str) -> String {
    shown(without_own_path(text).as_bytes())
}

/// A text in which this program is called `stage`, as its path differs each time.
pub(crate) fn without_own_path(text: &str) -> String {
    match role::own_path() {
        Ok(path) => text.replace(&path, "stage"),
        Err(_) => text.to_owned(),
    }
}

/// Bytes as they are shown: in quotation marks, and the end cut off.
pub(crate) fn shown(bytes: &[u8]) -> String {
    let text = bytes[..bytes.len().min(SHOWN_BYTES)].escape_ascii();
    if bytes.len() > SHOWN_BYTES {
        format!("\"{text}\" and {} bytes more", bytes.len() - SHOWN_BYTES)
    } else {
        format!("\"{text}\"")
    }
}

/// Holds if `got` is `expected`; `what` it is completes "expected …".
pub(crate) fn must_be(what: &str, expected: &[u8], got: &[u8]) -> Result<(), Violation> {
    if expected == got {
        return Ok(());
    }
    if expected.len() <= SHOWN_BYTES {
        let expected = format!("expected {what}: {}", shown(expected));
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("got {}", shown(got))));
    }
    let place = expected
        .iter()
        .zip(got)
        .take_while(|(left, right)| left == right)
        .count();
    let text = match got.len() {
        0 => "got nothing".to_owned(),
        length if place == length => format!("got the first {length} of them and no more"),
        length if place == expected.len() => format!("got {} more behind them", length - place),
        _ => format!("got other bytes from byte {} on", place + 1),
    };
    let expected = format!("expected {what}: {} bytes", expected.len());
    Err(Violation::new(Finding::WrongResult, expected).got(text))
}
