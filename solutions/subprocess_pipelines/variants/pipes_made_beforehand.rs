//! Variant: every pipe is made by `std::io::pipe` before any stage is started, and its ends are
//! handed out from both sides of a list. The caller itself feeds the first stage while threads
//! read.

use std::error::Error;
use std::fmt;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
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
    let (mut from_before, mut into_first) = io::pipe()?;
    let mut ends: Vec<(PipeReader, PipeWriter, PipeReader)> = Vec::new();
    let mut errors: Vec<PipeReader> = Vec::new();
    let mut error_ends: Vec<PipeWriter> = Vec::new();
    for _ in stages {
        let (reader, writer) = io::pipe()?;
        let (error_reader, error_writer) = io::pipe()?;
        ends.push((std::mem::replace(&mut from_before, reader), writer, error_reader));
        error_ends.push(error_writer);
    }
    let mut children = Vec::new();
    for ((stage, (stdin, stdout, reader)), stderr) in stages.iter().zip(ends).zip(error_ends) {
        let spawned = Command::new(&stage.program)
            .args(&stage.args)
            .stdin(stdin)
            .stdout(stdout)
            .stderr(stderr)
            .spawn();
        match spawned {
            Ok(child) => children.push(child),
            Err(error) => {
                end(children);
                return Err(PipelineError::NotStarted(stage.program.clone(), error));
            }
        }
        errors.push(reader);
    }
    let stdout = from_before;
    let (stdout, stderr) = thread::scope(|scope| {
        let output = scope.spawn(|| read(stdout));
        let readers: Vec<_> = errors.into_iter().map(|pipe| scope.spawn(|| read(pipe))).collect();
        match into_first.write_all(input) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
            _ => drop(into_first),
        }
        let mut stderr = Vec::new();
        for reader in readers {
            stderr.extend(reader.join().unwrap()?);
        }
        Ok((output.join().unwrap()?, stderr))
    })?;
    let mut exits = Vec::new();
    for child in &mut children {
        exits.push(exit_of(child.wait()?));
    }
    Ok(Captured { stdout, stderr, exits })
}

fn end(mut children: Vec<Child>) {
    for child in &mut children {
        let _ = child.kill();
    }
    for child in &mut children {
        let _ = child.wait();
    }
}

fn read(mut pipe: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes)?;
    Ok(bytes)
}
