//! Runs one child process under limits and records what happened.
//!
//! [`run`] returns at the limits plus a short grace period, whatever the child does. Processes that it leaves behind,
//! pipes that it holds open and output without end cannot delay that. When `run` returns, the child is reaped and every
//! process that it started is ended. The child runs in the sandbox that its policy asks for, or it does not run.
//! Nothing is judged here.

#[cfg(all(test, unix))]
mod tests;
#[cfg(unix)]
mod unix;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::cancel::Cancel;
use crate::{probe_up_to, system};

pub use crate::signal::Signal;
pub use crate::{Level, Paths, Profile};

/// The bytes of the largest file that a compiler may write: a hundred times what a program of an exercise takes.
pub const COMPILER_FILE_SIZE: u64 = 512 << 20;

/// What to run.
#[derive(Debug, Clone)]
pub struct Command {
    /// The program, as an absolute path.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its whole environment: nothing is inherited.
    pub env: Vec<(OsString, OsString)>,
    /// The folder that it runs in.
    pub folder: PathBuf,
    /// Its standard input.
    pub input: Input,
    /// What it may do.
    pub policy: Policy,
}

/// What a child may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// What this kind of program may do.
    pub profile: Profile,
    /// The files and folders that it may use in addition.
    pub paths: Paths,
    /// The ports of this machine that it may connect to.
    pub ports: Vec<u16>,
    /// The highest level of containment to use, even if the machine offers more.
    pub level: Level,
}

impl Policy {
    /// What programs of this kind may do, and nothing in addition.
    pub fn of(profile: Profile, level: Level) -> Policy {
        Policy {
            profile,
            paths: Paths::default(),
            ports: Vec::new(),
            level,
        }
    }

    /// Adds the programs that every system has, if the profile allows child processes.
    #[must_use]
    pub fn with_programs_of_the_system(mut self) -> Policy {
        if self.profile.has_children() {
            self.paths.executable.extend(system::program_folders());
        }
        self
    }

    /// Whether the child can start processes: it may, or nothing here can prevent it.
    fn can_start_processes(&self) -> bool {
        self.profile.has_children() || !probe_up_to(self.level).has_filter
    }

    /// Adds what the kernel shows of processes.
    #[must_use]
    pub fn with_view_of_processes(mut self) -> Policy {
        self.paths.readable.extend(system::process_folder());
        self
    }
}

/// The standard input of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Empty: the child reads the end of the file at once.
    Nothing,
    /// A socket that only this child has. It holds these bytes when the child starts. What the child writes to it
    /// becomes [`ProcessOutput::answer`].
    Channel(Vec<u8>),
}

/// How much a child may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Wall time, whatever the child does. On a loaded machine, a child needs more of it than of anything else.
    pub wall: Duration,
    /// How long it may wait: the time in which none of its threads could run if it was given a CPU. Other work of the
    /// machine makes no difference to that.
    pub waiting: Duration,
    /// CPU time of each process.
    pub cpu: Option<Duration>,
    /// Bytes of memory of each process.
    pub memory: Option<u64>,
    /// Bytes of each output stream.
    pub output: usize,
    /// Threads and processes of the child at one time.
    pub threads: u64,
}

/// What was observed of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessOutput {
    /// How it ended.
    pub exit_reason: ExitReason,
    /// What it wrote to standard output, up to the limit.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, up to the limit.
    pub stderr: Vec<u8>,
    /// What it wrote to its channel.
    pub answer: Vec<u8>,
    /// How many processes that it started were still alive when it ended.
    pub left_behind: usize,
    /// Whether a signal that ended it can only have come from a process that it started: it could start some, and the
    /// system killed nothing meanwhile for lack of memory.
    pub is_killed_from_within: bool,
}

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// It exited with this code.
    Code(i32),
    /// It was ended by this signal, which this module did not send.
    Signal(Signal),
    /// It was ended at the wall limit, or earlier because its threads were deadlocked.
    TimedOut {
        /// What its threads did at that moment.
        activity: Activity,
    },
    /// It was ended because it had more threads than the limit.
    ThreadLimit,
    /// It was ended because it wrote more than the limit.
    OutputLimit(Stream),
    /// It was ended because the grader was asked to stop.
    Cancelled,
}

/// What the threads of a process do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// At least one of them runs, or could run.
    Running,
    /// All of them wait.
    Waiting,
    /// Each of them waits for a lock or for another thread of the same process, without a timeout.
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
    /// The channel that it answers on.
    Answer,
}

/// A child could not be started or watched. This is a failure of the grader, never of the child.
#[derive(Debug, thiserror::Error)]
#[error("failed to run `{program}`", program = program.display())]
pub struct RunError {
    /// The program.
    pub program: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Runs `command` until it ends or reaches a limit.
///
/// # Errors
///
/// When the child cannot be started or watched. On systems other than Unix this is always the case.
pub fn run(command: &Command, limits: &Limits, cancel: &Cancel) -> Result<ProcessOutput, RunError> {
    #[cfg(unix)]
    let output = unix::run(command, limits, cancel);
    #[cfg(not(unix))]
    let output = {
        let _ = (limits, cancel);
        Err(io::ErrorKind::Unsupported.into())
    };
    output.map_err(|source| RunError {
        program: command.program.clone(),
        source,
    })
}
