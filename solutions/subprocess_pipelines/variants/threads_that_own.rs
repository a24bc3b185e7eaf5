//! Variant: plain threads instead of scoped ones: each owns its pipe and a copy of what it needs,
//! and hands over what it has read when it is joined. The error is a text with a source.

use std::error::Error;
use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

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

/// What went wrong, and the system's reason if there is one.
#[derive(Debug)]
pub struct PipelineError {
    message: String,
    source: Option<io::Error>,
}

impl PipelineError {
    fn new(message: impl Into<String>, source: Option<io::Error>) -> Self {
        let message = message.into();
        PipelineError { message, source }
    }
}

impl fmt::Display for PipelineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for PipelineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}

impl From<io::Error> for PipelineError {
    fn from(error: io::Error) -> Self {
        PipelineError::new("a pipe or a child is out of reach", Some(error))
    }
}

fn exit_of(status: ExitStatus) -> Exit {
    match status.code() {
        Some(code) => Exit::Code(code),
        None => Exit::Signal(status.signal().unwrap_or_default()),
    }
}

pub fn run(stage: &Stage) -> Result<Exit, PipelineError> {
    let mut child = Command::new(&stage.program)
        .args(&stage.args)
        .spawn()
        .map_err(|error| PipelineError::new(format!("cannot run {:?}", stage.program), Some(error)))?;
    Ok(exit_of(child.wait()?))
}

pub fn capture(stages: &[Stage], input: &[u8]) -> Result<Captured, PipelineError> {
    let mut children: Vec<Child> = Vec::new();
    let mut errors: Vec<JoinHandle<io::Result<Vec<u8>>>> = Vec::new();
    let mut next_stdin = Stdio::piped();
    let mut last_stdout = None;
    for stage in stages {
        let spawned = Command::new(&stage.program)
            .args(&stage.args)
            .stdin(next_stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) => {
                end_all(&mut children)?;
                for reader in errors {
                    let _ = reader.join();
                }
                let message = format!("cannot run {:?}", stage.program);
                return Err(PipelineError::new(message, Some(error)));
            }
        };
        let stderr = child.stderr.take().expect("it is piped");
        errors.push(thread::spawn(|| read(stderr)));
        last_stdout = child.stdout.take();
        // The last one goes to the thread that reads it.
        next_stdin = if children.len() + 1 < stages.len() {
            last_stdout.take().map_or_else(Stdio::null, Stdio::from)
        } else {
            Stdio::null()
        };
        children.push(child);
    }
    let (Some(first), Some(stdout)) = (children.first_mut(), last_stdout) else {
        return Err(PipelineError::new("there is nothing to run", None));
    };
    let mut stdin = first.stdin.take().expect("it is piped");
    let input = input.to_vec();
    // If the write fails, the stage does not want the rest.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = thread::spawn(|| read(stdout));
    let mut exits = Vec::new();
    for child in &mut children {
        exits.push(exit_of(child.wait()?));
    }
    writer.join().expect("it does not panic");
    let stdout = output.join().expect("it does not panic")?;
    let mut stderr = Vec::new();
    for reader in errors {
        stderr.extend(reader.join().expect("it does not panic")?);
    }
    Ok(Captured { stdout, stderr, exits })
}

fn end_all(children: &mut [Child]) -> io::Result<()> {
    for child in children.iter_mut().rev() {
        child.kill()?;
        child.wait()?;
    }
    Ok(())
}

fn read(mut pipe: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes)?;
    Ok(bytes)
}
