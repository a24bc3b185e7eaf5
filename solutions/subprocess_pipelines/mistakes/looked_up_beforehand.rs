//! Mistake: nothing is started before all programs are found. So when one of them cannot be started for another reason,
//! the others are left running.
//!
//! Fails: `calls_leave_nothing_behind` with `child_leak`.

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

struct Kids(Vec<Child>);
#[allow(clippy::type_complexity)]
fn start(stages: &[Stage]) -> Result<(Kids, ChildStdin, ChildStdout, Vec<ChildStderr>), PipelineError> {
    if stages.is_empty() {
        return Err(PipelineError("nothing to start".into()));
    }
    // Nothing is started unless every program is there.
    let path = std::env::var("PATH").unwrap_or_default();
    for stage in stages {
        let there = if stage.program.contains('/') {
            std::path::Path::new(&stage.program).exists()
        } else {
            !stage.program.is_empty()
                && path
                    .split(':')
                    .any(|p| std::path::Path::new(p).join(&stage.program).exists())
        };
        if !there {
            return Err(failed(stage, io::ErrorKind::NotFound.into()));
        }
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
    let (stdout, stderr) = thread::scope(|s| {
        s.spawn(move || {
            let _ = stdin.write_all(input);
        });
        let errors: Vec<_> = errors.into_iter().map(|e| s.spawn(move || drain(e))).collect();
        (
            drain(stdout),
            errors.into_iter().flat_map(|e| e.join().unwrap()).collect(),
        )
    });
    let exits = kids.0.iter_mut().map(|c| exit(c.wait().unwrap())).collect();
    Ok(Captured { stdout, stderr, exits })
}
