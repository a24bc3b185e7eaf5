//! Variant: a thread for each pipe sends the pieces that it reads to the caller through a
//! channel, and the caller puts them together until all senders are gone. Pieces of errors stand
//! in the order in which they came.

use std::error::Error;
use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc;
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
    let mut children = start(stages)?;
    let stdin = children[0].stdin.take().unwrap();
    let stdout = children.last_mut().unwrap().stdout.take().unwrap();
    let errors: Vec<ChildStderr> = children.iter_mut().filter_map(|child| child.stderr.take()).collect();
    let (sender, pieces) = mpsc::channel();
    let (mut output, mut collected) = (Vec::new(), Vec::new());
    thread::scope(|scope| {
        let feeder = scope.spawn(|| feed(stdin, input));
        for pipe in errors {
            let sender = sender.clone();
            scope.spawn(move || send(pipe, Piece::Error, sender));
        }
        scope.spawn(move || send(stdout, Piece::Output, sender));
        for piece in pieces {
            match piece {
                Piece::Output(bytes) => output.extend(bytes),
                Piece::Error(bytes) => collected.extend(bytes),
                Piece::Failure(error) => return Err(error),
            }
        }
        feeder.join().unwrap()
    })?;
    let mut exits = Vec::new();
    for child in &mut children {
        exits.push(exit_of(child.wait()?));
    }
    Ok(Captured {
        stdout: output,
        stderr: collected,
        exits,
    })
}

enum Piece {
    Output(Vec<u8>),
    Error(Vec<u8>),
    Failure(io::Error),
}

/// Sends all that comes out of `pipe`, for as long as the caller receives.
fn send(mut pipe: impl Read, piece: impl Fn(Vec<u8>) -> Piece, pieces: mpsc::Sender<Piece>) {
    let mut bytes = [0; 8192];
    loop {
        let sent = match pipe.read(&mut bytes) {
            Ok(0) => return,
            Ok(length) => pieces.send(piece(bytes[..length].to_vec())),
            Err(error) => pieces.send(Piece::Failure(error)),
        };
        if sent.is_err() {
            return;
        }
    }
}

/// Starts all stages, each one's output going into the next one.
fn start(stages: &[Stage]) -> Result<Vec<Child>, PipelineError> {
    let mut children: Vec<Child> = Vec::new();
    for stage in stages {
        let stdin = match children.last_mut().and_then(|child| child.stdout.take()) {
            Some(stdout) => Stdio::from(stdout),
            None => Stdio::piped(),
        };
        let spawned = Command::new(&stage.program)
            .args(&stage.args)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        match spawned {
            Ok(child) => children.push(child),
            Err(error) => {
                end(children);
                return Err(PipelineError::NotStarted(stage.program.clone(), error));
            }
        }
    }
    Ok(children)
}

fn end(mut children: Vec<Child>) {
    for child in &mut children {
        let _ = child.kill();
    }
    for child in &mut children {
        let _ = child.wait();
    }
}

fn feed(mut stdin: ChildStdin, input: &[u8]) -> io::Result<()> {
    match stdin.write_all(input) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
