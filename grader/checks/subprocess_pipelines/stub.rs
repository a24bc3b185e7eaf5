//! Programs joined by pipes, as in `date | tr a-z A-Z | tr 1 Q`, without a shell.
//!
//! The statement is in `README.md`; `cargo run -p subprocess_pipelines` runs what you write here,
//! and `cargo xtask grade subprocess_pipelines` grades it.

use std::error::Error;
use std::fmt;

/// A program and its arguments: one stage of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its name, which is looked up in `PATH`, or its path.
    pub program: String,
    /// Its arguments, each passed on as it is.
    pub args: Vec<String>,
}

impl Stage {
    /// Names a program and its arguments: `Stage::new("tr", ["a-z", "A-Z"])`.
    pub fn new(program: impl Into<String>, args: impl IntoIterator<Item: AsRef<str>>) -> Self {
        Stage {
            program: program.into(),
            args: args.into_iter().map(|arg| arg.as_ref().to_owned()).collect(),
        }
    }
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code. 0 means success.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// The result of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// What the last stage wrote to standard output.
    pub stdout: Vec<u8>,
    /// What all stages wrote to standard error.
    pub stderr: Vec<u8>,
    /// How each stage ended, in the order of the stages.
    pub exits: Vec<Exit>,
}

/// Why a pipeline has no result.
///
/// A program that fails is not an error: its [`Exit`] says so.
//
// Yours to fill: an empty list of stages, a program that could not be started. The text names the
// program. You can keep the `std::io::Error` inside and return it from `Error::source`.
#[derive(Debug)]
pub enum PipelineError {}

impl fmt::Display for PipelineError {
    fn fmt(&self, _formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl Error for PipelineError {}

/// Runs one program to its end. It shares the standard streams of this process.
///
/// # Errors
///
/// When the program cannot be started.
//
// Worth a look in the documentation of std: `std::process::Command` and its `status`;
// `std::process::ExitStatus`, whose `code` is `None` after a signal; the trait
// `std::os::unix::process::ExitStatusExt`, which knows the signal.
pub fn run(stage: &Stage) -> Result<Exit, PipelineError> {
    todo!("run `{}` and tell how it ended", stage.program)
}

/// Runs all stages at the same time, each one's standard output piped into the next one's standard
/// input, and collects what comes out.
///
/// The first stage reads `input` and then end of file. When this function returns, every child process
/// has ended and was waited for.
///
/// # Errors
///
/// When there are no stages, and when one cannot be started: then the error names the first such
/// program, and the stages that were started have been ended.
//
// `Command::stdin`, `Command::stdout` and `Command::stderr` with `Stdio::piped()`; `Stdio::from`
// makes the output of one child the input of the next; `Child::wait`, `Child::kill`. A pipe holds
// 64 KiB, and a writer of more waits for a reader: `std::thread::scope` lets you write and read at
// the same time. `std::io::pipe` makes a pipe that belongs to no child yet.
pub fn capture(stages: &[Stage], input: &[u8]) -> Result<Captured, PipelineError> {
    todo!("run {} stages on {} bytes of input", stages.len(), input.len())
}
