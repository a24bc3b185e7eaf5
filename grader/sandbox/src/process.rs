//! One child process under limits, and what was observed of it.
//!
//! [`run`] returns at the limits and a short grace, whatever the child does: nothing that it leaves behind, holds open or
//! floods can keep it. When it returns, the child is reaped and every process that it started is ended. It is contained as
//! well as was asked for, or not run. Nothing is judged.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};

use self::capture::Capture;
use self::deadline::Deadline;
use crate::cancel::Cancel;

pub use crate::{Level, Paths, Profile};

mod capture;
mod deadline;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;

#[cfg(target_os = "linux")]
use linux as tree;
#[cfg(not(target_os = "linux"))]
use portable as tree;

/// How long a wait lasts before the wish to stop is looked at again. Short enough for a hand on Ctrl-C.
const TICK: Duration = Duration::from_millis(50);

/// How long it lasts where nothing tells of the child's end, or nothing but a look of the number of its threads.
const SHORT_TICK: Duration = Duration::from_millis(5);

/// How long a pipe may stay open after the child and its descendants are gone.
const DRAIN_GRACE: Duration = Duration::from_millis(50);

/// How much an answer may hold: traces of long executions, and more than any of them.
const ANSWER_LIMIT: usize = 64 << 20;

/// What to run.
#[derive(Debug, Clone)]
pub struct Command {
    /// The program, by absolute path.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its whole environment: nothing is inherited.
    pub env: Vec<(OsString, OsString)>,
    /// The folder in which it runs.
    pub folder: PathBuf,
    /// What it has for standard input.
    pub input: Input,
    /// What it may reach.
    pub policy: Policy,
}

/// What a child may reach, as far as it is contained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// What its kind of program may do.
    pub profile: Profile,
    /// The files and folders that it may use besides.
    pub paths: Paths,
    /// The ports of this machine that it may connect to.
    pub ports: Vec<u16>,
    /// How well it is contained at best.
    pub level: Level,
}

impl Policy {
    /// What programs of this kind may do, and nothing besides.
    pub fn of(profile: Profile, level: Level) -> Policy {
        Policy {
            profile,
            paths: Paths::default(),
            ports: Vec::new(),
            level,
        }
    }

    /// As this, with the programs that every system has, if there may be other processes at all.
    #[must_use]
    pub fn with_programs_of_the_system(mut self) -> Policy {
        if self.profile.has_children() {
            self.paths.executable.extend(tree::programs());
        }
        self
    }

    /// As this, with a view of what the kernel tells of processes.
    #[must_use]
    pub fn with_view_of_processes(mut self) -> Policy {
        self.paths.readable.extend(tree::view_of_processes());
        self
    }
}

/// What a child has for standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Nothing: the end is reached at once.
    Nothing,
    /// A socket of its own. These bytes are in it when the child starts, and what the child writes to it is its answer.
    Channel(Vec<u8>),
}

/// What a child may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The time on the wall. A child that is busy has ten times as long where its processor time is limited as well, so that
    /// it does not matter what else the machine does.
    pub wall: Duration,
    /// The processor time, of each process by itself.
    pub cpu: Option<Duration>,
    /// The bytes of memory, of each process by itself.
    pub memory: Option<u64>,
    /// The bytes of each stream.
    pub output: usize,
    /// How many threads and processes there are of it at once.
    pub threads: u64,
}

/// What was observed of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessOutput {
    /// How it ended.
    pub end: ExitReason,
    /// What it wrote to standard output, up to the limit.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, up to the limit.
    pub stderr: Vec<u8>,
    /// What it wrote to its channel.
    pub answer: Vec<u8>,
    /// How many processes that it started were still alive when it ended.
    pub left_behind: usize,
}

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// By itself, with this code.
    Code(i32),
    /// By this signal, which did not come from here.
    Signal(i32),
    /// It was ended at the wall limit, or because it could not have gone on.
    TimedOut {
        /// What its threads did at that moment.
        activity: Activity,
    },
    /// It was ended because it had more threads than the limit.
    ThreadLimit,
    /// It was ended because it wrote more than the limit.
    OutputLimit(Stream),
    /// It was ended because somebody asked to stop.
    Cancelled,
}

/// What the threads of a process do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// At least one of them runs, or could run.
    Running,
    /// All of them wait.
    Waiting,
    /// All of them wait for one another: for a lock or a thread of the same process, and without a time limit.
    WaitingForEachOther {
        /// How many they are.
        threads: usize,
    },
}

/// A stream that a child writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The channel on which it answers.
    Answer,
}

/// A child that could not be started or watched: the grader's failure, never the child's.
#[derive(Debug, thiserror::Error)]
#[error("failed to run `{program}`", program = program.display())]
pub struct RunError {
    /// The program.
    pub program: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Runs `command` to its end or to a limit.
///
/// # Errors
///
/// When the child cannot be started or watched.
pub fn run(command: &Command, limits: &Limits, cancel: &Cancel) -> Result<ProcessOutput, RunError> {
    let failed = |source| RunError {
        program: command.program.clone(),
        source,
    };
    let is_cpu_limited = tree::LIMITS_CPU && limits.cpu.is_some();
    let mut deadline = Deadline::new(limits.wall, is_cpu_limited, Instant::now());
    let mut running = Running::start(command, limits).map_err(failed)?;
    let end = running.watch(&mut deadline, cancel);
    let (left_behind, status) = running.finish();
    let status = status.map_err(failed)?;
    let end = match end.map_err(failed)? {
        Some(end) => end,
        None => natural_end(status),
    };
    let Running {
        captures: [stdout, stderr, answer],
        ..
    } = running;
    Ok(ProcessOutput {
        end,
        stdout: stdout.bytes,
        stderr: stderr.bytes,
        answer: answer.bytes,
        left_behind,
    })
}

fn natural_end(status: ExitStatus) -> ExitReason {
    match (status.code(), status.signal()) {
        (Some(code), _) => ExitReason::Code(code),
        (None, Some(signal)) => ExitReason::Signal(signal),
        (None, None) => unreachable!("a process that was waited for has a code or a signal"),
    }
}

/// A child that was started and not yet reaped.
struct Running {
    tree: tree::Tree,
    captures: [Capture; 3],
    max_threads: u64,
}

/// A child's ends of its streams; ours are closed to it.
struct Streams {
    stdin: OwnedFd,
    stdout: OwnedFd,
    stderr: OwnedFd,
}

impl Running {
    fn start(command: &Command, limits: &Limits) -> io::Result<Running> {
        let (stdin, channel) = match &command.input {
            Input::Nothing => (File::open("/dev/null")?.into(), None),
            Input::Channel(request) => {
                let (ours, theirs) = UnixStream::pair()?;
                (&ours).write_all(request)?;
                (theirs.into(), Some(File::from(OwnedFd::from(ours))))
            }
        };
        let [(stdout, their_stdout), (stderr, their_stderr)] = [io::pipe()?, io::pipe()?];
        let streams = Streams {
            stdin,
            stdout: their_stdout.into(),
            stderr: their_stderr.into(),
        };
        let tree = tree::Tree::spawn(command, limits, streams)?;
        let file = |pipe: io::PipeReader| Some(File::from(OwnedFd::from(pipe)));
        let captures = [
            Capture::new(Stream::Stdout, file(stdout), limits.output),
            Capture::new(Stream::Stderr, file(stderr), limits.output),
            Capture::new(Stream::Answer, channel, ANSWER_LIMIT),
        ];
        Ok(Running {
            tree,
            captures,
            max_threads: limits.threads,
        })
    }

    /// Reads and waits until the child has ended by itself (`None`) or has to be ended.
    fn watch(&mut self, deadline: &mut Deadline, cancel: &Cancel) -> io::Result<Option<ExitReason>> {
        loop {
            let now = Instant::now();
            if cancel.is_cancelled() {
                return Ok(Some(ExitReason::Cancelled));
            }
            if let Some(activity) = deadline.over(now, || self.tree.look()) {
                return Ok(Some(ExitReason::TimedOut { activity }));
            }
            if self
                .tree
                .n_threads_to_watch()
                .is_some_and(|n_threads| n_threads > self.max_threads)
            {
                return Ok(Some(ExitReason::ThreadLimit));
            }
            let is_blind = self.tree.end_fd().is_none() || self.tree.n_threads_to_watch().is_some();
            let tick = if is_blind { SHORT_TICK } else { TICK };
            let has_ended = read_ready(&mut self.captures, self.tree.end_fd(), tick.min(deadline.rest(now)))?;
            if let Some(full) = self.captures.iter().find(|capture| capture.is_over) {
                return Ok(Some(ExitReason::OutputLimit(full.stream)));
            }
            if has_ended || (self.tree.end_fd().is_none() && has_exited(self.tree.pid())?) {
                return Ok(None);
            }
        }
    }

    /// Ends what is left of the child's tree, reads what is left in its pipes, and reaps it.
    fn finish(&mut self) -> (usize, io::Result<ExitStatus>) {
        let pid = self.tree.pid();
        let has_exited = has_exited(pid).unwrap_or(false);
        let mut left_behind = self.tree.count_left();
        // The child is not reaped yet, so its number, and with it its group's, cannot be anybody else's.
        let _ = kill_process_group(pid, Signal::KILL);
        if !has_exited {
            let _ = kill_process(pid, Signal::KILL);
            left_behind = 0;
        }
        // Waits without reaping: what the child started comes to us when it has ended.
        let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        self.tree.end_all_left();
        self.drain();
        (left_behind, self.tree.wait())
    }

    fn drain(&mut self) {
        let deadline = Instant::now() + DRAIN_GRACE;
        while self.captures.iter().any(Capture::is_open) {
            let now = Instant::now();
            if now >= deadline || read_ready(&mut self.captures, None, deadline - now).is_err() {
                return;
            }
        }
    }
}

/// Whether the child is a zombie; does not reap it.
fn has_exited(child: Pid) -> io::Result<bool> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    Ok(waitid(WaitId::Pid(child), options)?.is_some())
}

/// Waits until something can be read or `end_fd` tells of the child's end, reads it, and says whether the child has ended.
fn read_ready(captures: &mut [Capture], end_fd: Option<BorrowedFd<'_>>, timeout: Duration) -> io::Result<bool> {
    let mut fds = Vec::with_capacity(captures.len() + 1);
    let open: Vec<usize> = (0..captures.len()).filter(|&index| captures[index].is_open()).collect();
    for &index in &open {
        let file = captures[index].file.as_ref().expect("an open capture has its file");
        fds.push(PollFd::new(file, PollFlags::IN));
    }
    if let Some(end_fd) = &end_fd {
        fds.push(PollFd::new(end_fd, PollFlags::IN));
    }
    let timeout = Timespec::try_from(timeout).map_err(io::Error::other)?;
    match poll(&mut fds, Some(&timeout)) {
        Ok(_) => {}
        Err(rustix::io::Errno::INTR) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
    drop(fds);
    for (&index, _) in open.iter().zip(&ready).filter(|(_, is_ready)| **is_ready) {
        captures[index].read();
    }
    Ok(end_fd.is_some() && ready[open.len()])
}

#[cfg(test)]
mod tests;
