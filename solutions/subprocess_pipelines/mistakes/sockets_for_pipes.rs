//! Mistake: the stages are joined by pairs of sockets. When the reader of a full socket ends, the
//! kernel reports a reset connection to the writer, and no signal ends it as at a pipe.
//!
//! Fails: `stages_run_at_the_same_time` with `wrong_result`.
//! Fails: `program_shows_its_pipelines` with `wrong_output`.

use std::error::Error;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
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
    let (into_first, mut from_before) = one_way()?;
    let mut children = Vec::new();
    let mut errors = Vec::new();
    for stage in stages {
        let (stdout, next) = one_way()?;
        let (stderr, reader) = one_way()?;
        let spawned = Command::new(&stage.program)
            .args(&stage.args)
            .stdin(OwnedFd::from(std::mem::replace(&mut from_before, next)))
            .stdout(OwnedFd::from(stdout))
            .stderr(OwnedFd::from(stderr))
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
        let readers: Vec<_> = errors.into_iter().map(|socket| scope.spawn(|| read(socket))).collect();
        // If the write fails, the stage does not want the rest.
        let _ = (&into_first).write_all(input);
        drop(into_first);
        let mut stderr = Vec::new();
        for reader in readers {
            stderr.extend(reader.join().unwrap()?);
        }
        io::Result::Ok((output.join().unwrap()?, stderr))
    })?;
    let mut exits = Vec::new();
    for child in &mut children {
        exits.push(exit_of(child.wait()?));
    }
    Ok(Captured { stdout, stderr, exits })
}

/// A pair of sockets that is used in one direction only: its writing end and its reading end.
fn one_way() -> io::Result<(UnixStream, UnixStream)> {
    let (writer, reader) = UnixStream::pair()?;
    writer.shutdown(Shutdown::Read)?;
    Ok((writer, reader))
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
