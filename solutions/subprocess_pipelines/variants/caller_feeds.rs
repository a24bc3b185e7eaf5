//! Variant: a thread for each output, and the caller writes the input.

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
    let mut child = Command::new(&stage.program)
        .args(stage.args.iter())
        .spawn()
        .map_err(|e| failed(stage, e))?;
    loop {
        match child.wait() {
            Ok(s) => break Ok(exit(s)),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => break Err(failed(stage, e)),
        }
    }
}

struct Kids(Vec<Child>);
impl Drop for Kids {
    fn drop(&mut self) {
        for c in &mut self.0 {
            let _ = c.kill();
        }
        for c in &mut self.0 {
            let _ = c.wait();
        }
    }
}
#[allow(clippy::type_complexity)]
fn start(stages: &[Stage]) -> Result<(Kids, ChildStdin, ChildStdout, Vec<ChildStderr>), PipelineError> {
    if stages.is_empty() {
        return Err(PipelineError("nothing to start".into()));
    }
    let mut kids = Kids(vec![]);
    let (mut first, mut last, mut errors) = (None, None::<ChildStdout>, vec![]);
    for stage in stages {
        let stdin = last.take().map_or_else(Stdio::piped, Stdio::from);
        let mut child = Command::new(&stage.program)
            .args(&stage.args)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| failed(stage, e))?;
        if let Some(stdin) = child.stdin.take() {
            first = Some(stdin);
        }
        last = child.stdout.take();
        errors.push(child.stderr.take().unwrap());
        kids.0.push(child);
    }
    Ok((kids, first.unwrap(), last.unwrap(), errors))
}
fn drain(mut r: impl Read) -> Vec<u8> {
    let mut v = vec![];
    r.read_to_end(&mut v).unwrap();
    v
}

pub fn capture(stages: &[Stage], input: &[u8]) -> Result<Captured, PipelineError> {
    let (mut kids, mut stdin, stdout, errors) = start(stages)?;
    let mut sinks: Vec<std::cell::RefCell<Vec<u8>>> = vec![Default::default(); errors.len() + 1];
    let sources: Vec<Box<dyn Read + Send>> = std::iter::once(Box::new(stdout) as Box<dyn Read + Send>)
        .chain(errors.into_iter().map(|e| Box::new(e) as _))
        .collect();
    thread::scope(|s| {
        for (source, sink) in sources.into_iter().zip(&mut sinks) {
            thread::Builder::new()
                .stack_size(64 << 10)
                .spawn_scoped(s, move || io::copy(&mut { source }, sink.get_mut()).unwrap())
                .unwrap();
        }
        for piece in input.chunks(777) {
            if stdin.write_all(piece).is_err() {
                break;
            }
        }
        drop(stdin);
    });
    let mut all = sinks.into_iter().map(|s| s.into_inner());
    Ok(Captured {
        stdout: all.next().unwrap(),
        stderr: all.flatten().collect(),
        exits: kids
            .0
            .iter_mut()
            .rev()
            .map(|c| exit(c.wait().unwrap()))
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect(),
    })
}
