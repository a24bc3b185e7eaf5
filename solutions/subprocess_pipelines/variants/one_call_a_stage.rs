//! Variant: recursion: a call starts its stage, lets another call do the rest of the pipeline, and
//! then waits for its own stage, whether the other call failed or not.

use std::error::Error;
use std::fmt;
use std::io::{self, PipeReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub program: String,
    pub args: Vec<String>,
}

impl Stage {
    pub fn new(program: impl Into<String>, args: impl IntoIterator<Item: AsRef<str>>) -> Self {
        Stage {
            program: program.into(),
            args: args.into_iter().map(|arg| arg.as_ref().to_owned()).collect(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Code(i32),
    Signal(i32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub exits: Vec<Exit>,
}

#[derive(Debug)]
pub enum PipelineError {
    NoStages,
    NotStarted(String, io::Error),
    Io(io::Error),
}

impl fmt::Display for PipelineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PipelineError::NoStages => write!(f, "a pipeline needs at least one program"),
            PipelineError::NotStarted(program, error) => write!(f, "failed to start `{program}`: {error}"),
            PipelineError::Io(error) => write!(f, "failed to talk to a program: {error}"),
        }
    }
}

impl Error for PipelineError {}

impl From<io::Error> for PipelineError {
    fn from(error: io::Error) -> Self {
        PipelineError::Io(error)
    }
}

fn exit_of(status: ExitStatus) -> Exit {
    match status.code() {
        Some(code) => Exit::Code(code),
        None => Exit::Signal(status.signal().unwrap_or_default()),
    }
}

pub fn run(stage: &Stage) -> Result<Exit, PipelineError> {
    let status = Command::new(&stage.program)
        .args(&stage.args)
        .status()
        .map_err(|error| PipelineError::NotStarted(stage.program.clone(), error))?;
    Ok(exit_of(status))
}

pub fn capture(stages: &[Stage], input: &[u8]) -> Result<Captured, PipelineError> {
    if stages.is_empty() {
        return Err(PipelineError::NoStages);
    }
    let mut captured = Captured {
        stdout: Vec::new(),
        stderr: Vec::new(),
        exits: Vec::new(),
    };
    let (reader, mut writer) = io::pipe()?;
    thread::scope(|scope| {
        // The thread has the writing end, and closes it when all is written or nobody reads.
        scope.spawn(move || writer.write_all(input));
        rest(stages, reader, &mut captured)
    })?;
    captured.exits.reverse();
    Ok(captured)
}

fn rest(stages: &[Stage], mut before: PipeReader, captured: &mut Captured) -> Result<(), PipelineError> {
    let Some((stage, stages)) = stages.split_first() else {
        before.read_to_end(&mut captured.stdout)?;
        return Ok(());
    };
    let (reader, writer) = io::pipe()?;
    let mut child = Command::new(&stage.program)
        .args(&stage.args)
        .stdin(before)
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| PipelineError::NotStarted(stage.program.clone(), error))?;
    let mut pipe = child.stderr.take().unwrap();
    let mut stderr = Vec::new();
    let outcome = thread::scope(|scope| {
        scope.spawn(|| pipe.read_to_end(&mut stderr));
        let outcome = rest(stages, reader, captured);
        if outcome.is_err() {
            let _ = child.kill();
        }
        outcome
    });
    let status = child.wait()?;
    outcome?;
    captured.exits.push(exit_of(status));
    captured.stderr.extend(stderr);
    Ok(())
}
