//! What travels between the grader and a check program, one line of JSON each way.
//!
//! The check program receives one [`Request`] before any code of the submission runs and answers with one [`Reply`] at the
//! end. Both name the check and carry the request's nonce; a missing or different nonce makes the reply void.

use std::fmt;

use model_std::model::orderings::AtomicAccess;
pub use model_std::model::trace::{End, Event, Notification, Object, Place, Segment, Thread, Trace, Wait};
use serde::{Deserialize, Serialize};

/// The one word that says how a check failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The submission does not compile.
    CompileError,
    /// A public item of the exercise is not there, or has another signature.
    MissingItem,
    /// The submission uses what the exercise forbids, such as `unsafe`.
    ForbiddenCode,
    /// A value is wrong in whatever order the threads run.
    WrongResult,
    /// The program's output is wrong in whatever order the threads run.
    WrongOutput,
    /// The result depends on the order in which threads happen to run.
    Race,
    /// Threads wait for each other for ever.
    Deadlock,
    /// A thread waits for a notification that was sent before it began to wait.
    LostWakeup,
    /// Threads keep acting on each other without getting anywhere.
    Livelock,
    /// A thread spins where it should wait.
    BusyWait,
    /// What should run at the same time never does.
    NotConcurrent,
    /// Threads exist at the same time but keep each other from working at the same time.
    OverSerialized,
    /// More is done at once than allowed.
    LimitExceeded,
    /// Threads were still running when the function returned.
    ThreadLeak,
    /// Child processes were left behind.
    ChildLeak,
    /// The submission panicked.
    Panic,
    /// The submission ended the process.
    Exited,
    /// The time limit was reached.
    Timeout,
    /// The limit of processor time was reached.
    CpuLimit,
    /// The limit of memory was reached.
    MemoryLimit,
    /// The limit of processes or threads was reached.
    ProcessLimit,
    /// The limit of output was reached.
    OutputLimit,
    /// The submission asked for something that it may not have.
    AccessDenied,
    /// The work takes more steps than it should.
    TooSlow,
    /// The submission does not do the same under the same schedule.
    Nondeterministic,
}

impl Finding {
    /// Every finding, in the order of declaration.
    pub const ALL: [Finding; 25] = [
        Finding::CompileError,
        Finding::MissingItem,
        Finding::ForbiddenCode,
        Finding::WrongResult,
        Finding::WrongOutput,
        Finding::Race,
        Finding::Deadlock,
        Finding::LostWakeup,
        Finding::Livelock,
        Finding::BusyWait,
        Finding::NotConcurrent,
        Finding::OverSerialized,
        Finding::LimitExceeded,
        Finding::ThreadLeak,
        Finding::ChildLeak,
        Finding::Panic,
        Finding::Exited,
        Finding::Timeout,
        Finding::CpuLimit,
        Finding::MemoryLimit,
        Finding::ProcessLimit,
        Finding::OutputLimit,
        Finding::AccessDenied,
        Finding::TooSlow,
        Finding::Nondeterministic,
    ];

    /// The finding as it stands in manifests, reports and the headers of mistakes: `lost_wakeup`.
    pub fn as_str(self) -> &'static str {
        match self {
            Finding::CompileError => "compile_error",
            Finding::MissingItem => "missing_item",
            Finding::ForbiddenCode => "forbidden_code",
            Finding::WrongResult => "wrong_result",
            Finding::WrongOutput => "wrong_output",
            Finding::Race => "race",
            Finding::Deadlock => "deadlock",
            Finding::LostWakeup => "lost_wakeup",
            Finding::Livelock => "livelock",
            Finding::BusyWait => "busy_wait",
            Finding::NotConcurrent => "not_concurrent",
            Finding::OverSerialized => "over_serialized",
            Finding::LimitExceeded => "limit_exceeded",
            Finding::ThreadLeak => "thread_leak",
            Finding::ChildLeak => "child_leak",
            Finding::Panic => "panic",
            Finding::Exited => "exited",
            Finding::Timeout => "timeout",
            Finding::CpuLimit => "cpu_limit",
            Finding::MemoryLimit => "memory_limit",
            Finding::ProcessLimit => "process_limit",
            Finding::OutputLimit => "output_limit",
            Finding::AccessDenied => "access_denied",
            Finding::TooSlow => "too_slow",
            Finding::Nondeterministic => "nondeterministic",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What the grader asks of a check program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// A value that only the grader and the check program's first lines know.
    pub nonce: String,
    /// The check to run.
    pub check: String,
    /// What to do with it.
    pub work: Work,
}

/// What to do with a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Run every interleaving up to the bound.
    Explore,
    /// Run the check once, on real threads.
    Try,
    /// Run the one interleaving that a token names.
    Replay {
        /// The token, as printed with a failure.
        token: String,
    },
}

/// What a check program answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The request's nonce.
    pub nonce: String,
    /// The request's check.
    pub check: String,
    /// What was seen.
    pub observation: CheckObservation,
}

/// What a check program saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckObservation {
    /// The interleavings were run.
    Explored(Exploration),
    /// The interleaving of a token was run.
    Replayed(Replayed),
    /// The token does not fit this check or this version of the submission; the reason says how.
    TokenRefused {
        /// Why, as a sentence fragment.
        reason: String,
    },
    /// The submission computed for so long without an operation that the model knows that the check was given up.
    Stalled {
        /// The scenario that was under way, in a check on real threads.
        scenario: Option<String>,
        /// For how long, in seconds of processor time.
        seconds: u64,
    },
    /// The scenarios of a check on real threads were run.
    Tried(Trials),
    /// A check on real threads was given up: nothing ran any more, neither in its process nor below.
    Hung {
        /// The scenario that was under way.
        scenario: String,
        /// What the threads of the check's process and of those below it were doing, sorted.
        threads: Vec<ThreadActivity>,
    },
    /// The check program has no check of that name.
    UnknownCheck,
}

/// What threads of one kind were doing when a check was given up. Threads that differ in nothing are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ThreadActivity {
    /// Where they belong.
    pub owner: ThreadOwner,
    /// The name that the submission gave them, or the name of the program that a child process runs. The main thread has none,
    /// and neither have threads and children that are called like the check program because nobody named them.
    pub name: Option<String>,
    /// What they were doing.
    pub activity: Activity,
    /// How many they are.
    pub count: usize,
}

/// Where a thread belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadOwner {
    /// It is the main thread of the check's process.
    Main,
    /// It is another thread of the check's process.
    Check,
    /// It belongs to a process that the check's process started.
    Child,
}

/// What a thread that does not run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Its process has ended, and its parent has not waited for it.
    Zombie,
    /// It is blocked in a system call.
    Blocked {
        /// The call.
        call: BlockingCall,
        /// The kind of descriptor that the call was given, where it takes one and the kernel shows it.
        descriptor: Option<DescriptorKind>,
    },
    /// It sleeps; the kernel does not show in which call, or the call is none of those that have a name here.
    Asleep,
}

/// A system call, or a family of them, in which a thread can block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockingCall {
    /// Until there is something to read.
    Read,
    /// Until there is room to write.
    Write,
    /// Until one of several descriptors is ready.
    Poll,
    /// Until a time has passed.
    Sleep,
    /// Until somebody connects.
    Accept,
    /// Until a connection is made.
    Connect,
    /// Until something arrives at a socket.
    Receive,
    /// Until a socket has room for more.
    Send,
    /// Until a child process ends.
    WaitForChild,
    /// Until another thread does something: releases a lock, sends a message, ends.
    Futex,
}

/// What a descriptor leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DescriptorKind {
    /// A pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A file, or a device.
    File,
}

/// What came of the scenarios of a check on real threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trials {
    /// How many scenarios were run.
    pub scenarios: u32,
    /// The first failure; `None` when every scenario went right.
    pub failure: Option<TrialFailure>,
    /// Why this machine could not show what the check is about, as a sentence fragment.
    pub unclear: Option<String>,
}

/// A scenario on real threads that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialFailure {
    /// How.
    pub finding: Finding,
    /// The scenario, as the check's author named it.
    pub scenario: String,
    /// What was expected, as a sentence.
    pub expected: String,
    /// What was observed instead, as a clause.
    pub got: Option<String>,
}

/// What an exploration covered, and the first failure it met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exploration {
    /// How many executions were run, over all scenarios of the check.
    pub executions: u64,
    /// How many of them were chosen at random, beyond the bound.
    pub random: u64,
    /// The smallest bound on preemptions that any scenario was explored up to; `None` where every scenario stopped before a
    /// bound, at the execution that decided it.
    pub preemption_bound: Option<u32>,
    /// Whether every scenario that did not stop early was explored completely up to its bound.
    pub complete: bool,
    /// How many scenarios the check consists of, as far as it got.
    pub scenarios: u32,
    /// The operations that asked for an ordering weaker than `SeqCst`, without duplicates and in the order of the source, from all
    /// scenarios that keep to sequential consistency. Whether a weaker ordering is enough is not decided by those.
    pub weak_orderings: Vec<WeakOrdering>,
    /// The first failure; `None` when every execution was right.
    pub failure: Option<Failure>,
}

/// An operation on an atomic, or a fence, that asked for an ordering weaker than `SeqCst`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WeakOrdering {
    /// The file that asks for it, as a trace names it.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// What is done: `load`, `fetch_add`, `fence`.
    pub operation: String,
    /// The ordering, as `Ordering` names it.
    pub ordering: String,
}

impl From<AtomicAccess> for WeakOrdering {
    fn from(access: AtomicAccess) -> Self {
        let AtomicAccess {
            place: Place { file, line, .. },
            operation,
            ordering,
            ..
        } = access;
        Self {
            file,
            line,
            operation,
            ordering,
        }
    }
}

/// A check that does not hold, and the execution that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// How it failed.
    pub finding: Finding,
    /// The scenario, as the check's author named it: `three threads, pauses 3 s, 2 s, 1 s`.
    pub scenario: String,
    /// What was expected, as a sentence.
    pub expected: String,
    /// What was observed instead, as a sentence.
    pub got: Option<String>,
    /// How many executions were run until this one, itself included.
    pub executions: u64,
    /// How many preemptions this execution has.
    pub preemptions: u32,
    /// Names the execution for a replay; `None` where no single execution shows the failure.
    pub token: Option<String>,
    /// The execution; `None` where no single execution shows the failure.
    pub trace: Option<Trace>,
}

/// One interleaving, run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// The scenario it belongs to.
    pub scenario: String,
    /// How many preemptions it has.
    pub preemptions: u32,
    /// The failure, if it failed this time.
    pub failure: Option<Failure>,
    /// The execution.
    pub trace: Trace,
}
