//! The word that says how a check failed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares the findings, each with its word, so that no list of them can lack one.
macro_rules! findings {
    ($($(#[doc = $doc:literal])* $finding:ident => $word:literal,)*) => {
        /// The word that says how a check failed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Finding {
            $($(#[doc = $doc])* #[serde(rename = $word)] $finding,)*
        }

        impl Finding {
            /// Every finding, in the order of declaration.
            pub const ALL: &[Finding] = &[$(Finding::$finding),*];

            /// The finding as it stands in manifests, reports and the headers of mistakes: `lost_wakeup`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Finding::$finding => $word,)*
                }
            }

            /// What it means, as a sentence.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Finding::$finding => concat!($($doc),*).trim_ascii(),)*
                }
            }
        }
    };
}

findings! {
    /// The submission does not compile.
    CompileError => "compile_error",
    /// A public item of the exercise is not there, or has another signature.
    MissingItem => "missing_item",
    /// The submission uses what the exercise forbids, such as `unsafe`.
    ForbiddenCode => "forbidden_code",
    /// A value is wrong in whatever order the threads run.
    WrongResult => "wrong_result",
    /// The program's output is wrong in whatever order the threads run.
    WrongOutput => "wrong_output",
    /// The result depends on the order in which threads happen to run.
    Race => "race",
    /// Threads wait for each other for ever.
    Deadlock => "deadlock",
    /// A thread waits for a notification that was sent before it began to wait.
    LostWakeup => "lost_wakeup",
    /// Threads act on each other again and again without progress.
    Livelock => "livelock",
    /// A thread spins where it should wait.
    BusyWait => "busy_wait",
    /// Work that should run at the same time never does.
    NotConcurrent => "not_concurrent",
    /// Threads exist at the same time but keep each other from working at the same time.
    OverSerialized => "over_serialized",
    /// More is done at once than allowed.
    LimitExceeded => "limit_exceeded",
    /// Threads were still running when the function returned.
    ThreadLeak => "thread_leak",
    /// Child processes were left behind.
    ChildLeak => "child_leak",
    /// The submission panicked.
    Panic => "panic",
    /// A thread used up its stack.
    StackOverflow => "stack_overflow",
    /// The submission ended the process.
    Exited => "exited",
    /// The time limit was reached.
    Timeout => "timeout",
    /// The limit of CPU time was reached.
    CpuLimit => "cpu_limit",
    /// The limit of memory was reached.
    MemoryLimit => "memory_limit",
    /// The limit of processes or threads was reached.
    ProcessLimit => "process_limit",
    /// The limit of output was reached.
    OutputLimit => "output_limit",
    /// The submission tried something that it is not allowed to do.
    AccessDenied => "access_denied",
    /// The work takes more steps than it should.
    TooSlow => "too_slow",
    /// A thread waits for what the model does not control, such as another program.
    NotModelled => "not_modelled",
    /// The submission behaves differently under the same schedule.
    Nondeterministic => "nondeterministic",
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
