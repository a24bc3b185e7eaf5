//! Variant: each stage starts those after it, in a scope of its own.

use std::error::Error;
use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
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
            args: args.into_iter().map(|a| a.as_ref().to_owned()).collect(),
        }
    }
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Code(i32),
    Signal(i32),
}
fn exit(status: ExitStatus) -> Exit {
    match status.code() {
        Some(c) => Exit::Code(c),
        None => Exit::Signal(status.signal().unwrap()),
    }
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub exits: Vec<Exit>,
}
#[derive(Debug)]
pub struct PipelineError(String);
impl fmt::Display for PipelineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl Error for PipelineError {}
fn failed(stage: &Stage, e: io::Error) -> PipelineError {
    PipelineError(format!("{}: {e}", stage.program))
}

pub fn run(stage: &Stage) -> Result<Exit, PipelineError> {
    Command::new(&stage.program)
        .args(&stage.args)
        .status()
        .map(exit)
        .map_err(|e| failed(stage, e))
}

struct Kill<'c>(&'c mut Child);
impl Drop for Kill<'_> {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
fn go(stages: &[Stage], stdin: Stdio, input: Option<&[u8]>) -> Result<Captured, PipelineError> {
    let (stage, rest) = stages.split_first().expect("asked before");
    let mut child = Command::new(&stage.program)
        .args(&stage.args)
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| failed(stage, e))?;
    let (feed, mut out, err) = (
        child.stdin.take(),
        child.stdout.take().unwrap(),
        child.stderr.take().unwrap(),
    );
    let child = Kill(&mut child);
    let mut result = if rest.is_empty() {
        thread::scope(|s| {
            if let (Some(mut feed), Some(input)) = (feed, input) {
                s.spawn(move || feed.write_all(input));
            }
            let err = s.spawn(move || {
                let mut v = vec![];
                io::copy(&mut { err }, &mut v).unwrap();
                v
            });
            let mut stdout = vec![];
            out.read_to_end(&mut stdout).unwrap();
            Ok::<_, PipelineError>(Captured {
                stdout,
                stderr: err.join().unwrap(),
                exits: vec![],
            })
        })?
    } else {
        thread::scope(|s| {
            if let (Some(mut feed), Some(input)) = (feed, input) {
                s.spawn(move || feed.write_all(input));
            }
            let err = s.spawn(move || {
                let mut v = vec![];
                io::copy(&mut { err }, &mut v).unwrap();
                v
            });
            let rest = go(rest, out.into(), None);
            if rest.is_err() {
                child.0.kill().unwrap();
            }
            let mut err = err.join().unwrap();
            rest.map(|mut r| {
                r.stderr.append(&mut err);
                r
            })
        })?
    };
    result.exits.insert(0, exit(child.0.wait().unwrap()));
    Ok(result)
}
pub fn capture(stages: &[Stage], input: &[u8]) -> Result<Captured, PipelineError> {
    if stages.is_empty() {
        return Err(PipelineError("no stages".into()));
    }
    go(stages, Stdio::piped(), Some(input))
}
