//! The one word that says how a check failed.

use std::fmt;

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
