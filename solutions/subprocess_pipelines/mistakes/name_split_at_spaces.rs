//! Mistake: the name of a program is split at its spaces, and what follows the first becomes arguments.
//!
//! Fails: `a_program_that_cannot_be_started_is_named` with `wrong_result`.

use std::error::Error;
use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, ChildStdin, Command, ExitStatus, Stdio};
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

fn command(stage: &Stage) -> Command {
    let mut words = stage.program.split(' ');
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).args(&stage.args);
    command
}

fn exit_of(status: ExitStatus) -> Exit {
    match status.code() {
        Some(code) => Exit::Code(code),
        None => Exit::Signal(status.signal().unwrap_or_default()),
    }
}

pub fn run(stage: &Stage) -> Result<Exit, PipelineError> {
    let status = command(stage)
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
    let (stdout, stderr) = thread::scope(|scope| {
        let feeder = scope.spawn(|| feed(stdin, input));
        let readers: Vec<_> = errors.into_iter().map(|pipe| scope.spawn(|| read(pipe))).collect();
        let stdout = read(stdout)?;
        let mut stderr = Vec::new();
        for reader in readers {
            stderr.extend(reader.join().unwrap()?);
        }
        feeder.join().unwrap()?;
        io::Result::Ok((stdout, stderr))
    })?;
    let mut exits = Vec::new();
    for child in &mut children {
        exits.push(exit_of(child.wait()?));
    }
    Ok(Captured { stdout, stderr, exits })
}

/// Starts all stages, each one's output going into the next one.
fn start(stages: &[Stage]) -> Result<Vec<Child>, PipelineError> {
    let mut children: Vec<Child> = Vec::new();
    for stage in stages {
        let stdin = match children.last_mut().and_then(|child| child.stdout.take()) {
            Some(stdout) => Stdio::from(stdout),
            None => Stdio::piped(),
        };
        let spawned = command(stage)
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

fn read(mut pipe: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes)?;
    Ok(bytes)
}
