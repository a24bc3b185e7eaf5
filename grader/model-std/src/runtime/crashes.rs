//! What a thread does that would end the process: it overflows its stack, or the process gets a signal such as
//! `SIGABRT` or `SIGSEGV`. That ends the execution instead, so its schedule and its trace are as those of any other.
//! Another thread can end an execution in the same way.
//!
//! Only Linux on two architectures tells enough. Elsewhere the process ends.

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod linux;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod portable;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
use linux as system;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
use portable as system;

pub(crate) use system::interrupt;
pub(super) use system::{Running, catch_on_this_thread, resume};

use super::execution::Execution;
use super::{is_active, with};
use crate::model::trace::{Backtrace, CrashSignal, End};

/// The most calls of a backtrace.
const MAX_CALLS: usize = 64;

/// Why a thread cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Crash {
    /// It has used up its stack of this size, in bytes.
    StackOverflow { size: usize },
    /// The process got this signal.
    Signal(CrashSignal),
    /// It was interrupted, because it computes without an operation.
    Interrupted,
}

/// The innermost return addresses on the stack of a thread that crashed. No allocation: they are collected in a signal
/// handler.
#[derive(Clone, Copy, Debug)]
struct Calls {
    addresses: [usize; MAX_CALLS],
    len: usize,
}

impl Calls {
    const NONE: Self = Self {
        addresses: [0; MAX_CALLS],
        len: 0,
    };

    /// As a trace has them.
    fn relative(&self) -> Backtrace {
        super::branches::relative(self.addresses[..self.len].iter().copied())
    }
}

/// The innermost calls of the running thread in the program's own code, as a trace has them.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) fn backtrace() -> Backtrace {
    system::calls_of_running().relative()
}

/// Whether the runtime is in the middle of a change to the execution, which then cannot end here.
fn runtime_is_busy() -> bool {
    !is_active()
}

/// Ends the execution because of what the running thread did. Its stack was discarded.
fn end_execution(crash: Crash, calls: &Calls) {
    with(|execution: &mut Execution| {
        let thread = execution.current;
        let backtraces = vec![calls.relative()];
        let end = match crash {
            Crash::StackOverflow { size } => End::StackOverflow {
                thread,
                size: size as u64,
                place: None,
                backtraces,
            },
            // Where in its loop it was makes no difference, and differs from one run to the next.
            Crash::Interrupted => End::EndlessLoop {
                thread,
                place: None,
                backtraces: Vec::new(),
            },
            // `std` aborts the process when a panic gets where none may pass.
            Crash::Signal(CrashSignal::Abort) if execution.me().panics.is_any_unwinding() => End::Aborted {
                thread,
                panics: execution.me().panics.under_way(),
            },
            Crash::Signal(signal) => End::Crashed {
                thread,
                signal,
                place: None,
                backtraces,
            },
        };
        execution.finish(end);
    });
    super::panics::note_abandoned();
}
