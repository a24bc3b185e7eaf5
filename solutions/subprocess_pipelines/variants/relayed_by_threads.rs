//! Variant: no pipe leads from one stage to the next: a thread for each carries the bytes over,
//! and drops both its ends when one of them is closed, so that a broken pipe still reaches the
//! stage before.

use std::error::Error;
use std::fmt;
use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
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
    let mut children = Children(Vec::new());
    for stage in stages {
        let child = Command::new(&stage.program)
            .args(&stage.args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| PipelineError::NotStarted(stage.program.clone(), error))?;
        children.0.push(child);
    }
    let (stdout, stderr) = thread::scope(|scope| {
        let mut before: Box<dyn Read + Send> = Box::new(input);
        let mut readers = Vec::new();
        for child in &mut children.0 {
            let mut source = before;
            let mut stdin = child.stdin.take().unwrap();
            scope.spawn(move || io::copy(&mut source, &mut stdin));
            let stderr = child.stderr.take().unwrap();
            readers.push(scope.spawn(|| read(stderr)));
            before = Box::new(child.stdout.take().unwrap());
        }
        let stdout = read(before)?;
        let mut stderr = Vec::new();
        for reader in readers {
            stderr.append(&mut reader.join().unwrap()?);
        }
        io::Result::Ok((stdout, stderr))
    })?;
    let exits = children.0.iter_mut().map(|child| child.wait().map(exit_of));
    let exits = exits.collect::<io::Result<Vec<Exit>>>()?;
    Ok(Captured { stdout, stderr, exits })
}

struct Children(Vec<Child>);

impl Drop for Children {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn read(mut pipe: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes)?;
    Ok(bytes)
}
