//! Variant: the reference solution, except that each child gets `PATH` once more and a process group of
//! its own. `std` then starts it by `fork`, and hears over a pair of sockets whether that worked.

use std::error::Error;
use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::{self, ScopedJoinHandle};

/// A program and its arguments: one stage of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its name, which is looked up in `PATH`, or its path.
    pub program: String,
    /// What it is given, each as it is.
    pub args: Vec<String>,
}

impl Stage {
    /// Names a program and its arguments: `Stage::new("tr", ["a-z", "A-Z"])`.
    pub fn new(program: impl Into<String>, args: impl IntoIterator<Item: AsRef<str>>) -> Self {
        Stage {
            program: program.into(),
            args: args.into_iter().map(|arg| arg.as_ref().to_owned()).collect(),
        }
    }

    /// `Command` hands each argument over as it is. No shell reads them, so there is nothing to quote
    /// and nothing to inject.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args);
        // The child looks programs up where we do.
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.process_group(0);
        command
    }
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this code. 0 says that all went well.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        // A process that was killed has no code, which is why `code` gives an `Option`. The `128 + n`
        // that one sees in a terminal is the shell's invention.
        match (status.code(), status.signal()) {
            (Some(code), _) => Exit::Code(code),
            (None, Some(signal)) => Exit::Signal(signal),
            (None, None) => unreachable!("a process that was waited for ended in one of the two ways"),
        }
    }
}

/// What a pipeline gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// What the last stage wrote to standard output.
    pub stdout: Vec<u8>,
    /// What all stages wrote to standard error.
    pub stderr: Vec<u8>,
    /// How each stage ended, in the order of the stages.
    pub exits: Vec<Exit>,
}

/// Why a pipeline gave nothing.
#[derive(Debug)]
pub enum PipelineError {
    /// There is no stage.
    Empty,
    /// A program could not be started.
    Start {
        /// Its name.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// A stage was started, but its pipes or its end are out of reach.
    Lost {
        /// Why.
        source: io::Error,
    },
}

impl fmt::Display for PipelineError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PipelineError::Empty => write!(formatter, "failed to start a pipeline without stages"),
            PipelineError::Start { program, source } => write!(formatter, "failed to start `{program}`: {source}"),
            PipelineError::Lost { source } => write!(formatter, "failed to follow a stage: {source}"),
        }
    }
}

impl Error for PipelineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            PipelineError::Empty => None,
            PipelineError::Start { source, .. } | PipelineError::Lost { source } => Some(source),
        }
    }
}

impl From<io::Error> for PipelineError {
    fn from(source: io::Error) -> Self {
        PipelineError::Lost { source }
    }
}

/// Runs one program to its end. It shares the standard streams of this process.
///
/// # Errors
///
/// When the program cannot be started.
pub fn run(stage: &Stage) -> Result<Exit, PipelineError> {
    // `status` inherits the streams, waits, and with that also reaps the child. `output` would
    // capture what the child writes.
    match stage.command().status() {
        Ok(status) => Ok(status.into()),
        Err(source) => Err(start_failed(stage, source)),
    }
}

/// Runs all stages at the same time, each one's standard output piped into the next one's standard
/// input, and collects what comes out.
///
/// # Errors
///
/// When there are no stages, and when one cannot be started.
pub fn capture(stages: &[Stage], input: &[u8]) -> Result<Captured, PipelineError> {
    if stages.is_empty() {
        return Err(PipelineError::Empty);
    }
    let Pipeline {
        mut children,
        stdin,
        stdout,
    } = start(stages)?;
    // Three kinds of pipes want attention at the same time: what goes in, what comes out, and the
    // errors of each stage. Whoever serves one to its end before the next waits for a child that
    // waits for him as soon as 64 KiB lie in another. So each gets a thread, and the scope lets them
    // borrow `input` and joins them all.
    let (stdout, stderr) = thread::scope(|scope| {
        let feeder = scope.spawn(|| feed(stdin, input));
        let drains: Vec<ScopedJoinHandle<io::Result<Vec<u8>>>> = children
            .0
            .iter_mut()
            .filter_map(|child| child.stderr.take())
            .map(|pipe| scope.spawn(|| drain(pipe)))
            .collect();
        let stdout = drain(stdout)?;
        let mut stderr = Vec::new();
        for thread in drains {
            stderr.append(&mut joined(thread)?);
        }
        joined(feeder)?;
        io::Result::Ok((stdout, stderr))
    })?;
    let exits = children.wait()?;
    Ok(Captured { stdout, stderr, exits })
}

/// Stages that have been started, and the two ends that are left for us.
struct Pipeline {
    children: Children,
    stdin: ChildStdin,
    stdout: ChildStdout,
}

/// Starts every stage. An early return drops `children`, and that ends those that have been started.
fn start(stages: &[Stage]) -> Result<Pipeline, PipelineError> {
    let mut children = Children(Vec::with_capacity(stages.len()));
    let (mut first_stdin, mut last_stdout) = (None, None);
    for stage in stages {
        let stdin = match last_stdout.take() {
            // The pipe's reading end moves into the command and is closed here as soon as the child
            // has it. If we kept a copy, the stage before would never get SIGPIPE: `yes | head -n 1`
            // would not end. (In Python one has to remember `p1.stdout.close()`.)
            Some(stdout) => Stdio::from(stdout),
            None => Stdio::piped(),
        };
        let mut child = stage
            .command()
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| start_failed(stage, source))?;
        last_stdout = child.stdout.take();
        // Only the first child has one: the others read from a pipe that was there before.
        first_stdin = first_stdin.or(child.stdin.take());
        children.0.push(child);
    }
    let (Some(stdin), Some(stdout)) = (first_stdin, last_stdout) else {
        unreachable!("there is a first stage and a last, and both have been given pipes");
    };
    Ok(Pipeline {
        children,
        stdin,
        stdout,
    })
}

fn start_failed(stage: &Stage, source: io::Error) -> PipelineError {
    PipelineError::Start {
        program: stage.program.clone(),
        source,
    }
}

/// Writes all of `input`, as far as it is wanted, and closes the pipe: that is the end that the stage
/// reads.
fn feed(mut stdin: ChildStdin, input: &[u8]) -> io::Result<()> {
    match stdin.write_all(input) {
        // A stage that has read enough closes its end, as `head` does. In a shell the writer would be
        // ended by SIGPIPE; Rust's runtime ignores that signal, and the write fails instead.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Reads to the end, which comes when the last process that has the writing end closes it. Bytes, not
/// a `String`: nobody said that programs write UTF-8.
fn drain(mut pipe: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().expect("reading and writing do not panic")
}

/// Children that have been started, in order. Those that were not waited for are ended and waited for
/// when this value is dropped.
struct Children(Vec<Child>);

impl Children {
    /// Waits for each. A child that has ended stays in the table of processes, as a zombie, until it
    /// was waited for; dropping a `Child` does not do it.
    fn wait(&mut self) -> io::Result<Vec<Exit>> {
        self.0.iter_mut().map(|child| child.wait().map(Exit::from)).collect()
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        // First end all, then wait: the other way round, one that waits for its neighbour would keep
        // us. Neither can fail in a way that we could do anything about, and both do nothing to a
        // child that was waited for.
        for child in &mut self.0 {
            let _ = child.kill();
        }
        for child in &mut self.0 {
            let _ = child.wait();
        }
    }
}
