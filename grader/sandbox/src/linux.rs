//! Containment on Linux: what is wished for, found by trying, prepared before the fork and done after it.

use std::path::PathBuf;

pub(crate) use find::find;
pub use spawn::{Child, SetupError, spawn};
pub use stage::Stage;

mod calls;
mod canary;
mod files;
mod filter;
mod find;
mod prepare;
mod root;
mod setup;
mod spawn;
mod stage;
mod warden;

/// The means that a child is contained by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Landlock, of this version.
    landlock: Option<u32>,
    /// A filter of system calls.
    filter: bool,
    /// An almost empty folder that becomes the root.
    root: Option<PathBuf>,
    /// Who the child is.
    user: User,
    /// Whether a child that uses the network gets one by itself.
    network: bool,
}

/// Who a child is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum User {
    /// The grader's user, without its capabilities.
    Same,
    /// A user that nobody else is.
    Other,
    /// The grader's user in a namespace by itself.
    Namespace,
}

impl Plan {
    /// What every system has.
    fn basic() -> Plan {
        Plan {
            landlock: None,
            filter: false,
            root: None,
            user: User::Same,
            network: false,
        }
    }

    /// Whether the kernel counts the threads of a child apart from everybody else's.
    pub(crate) fn counts_threads(&self) -> bool {
        self.user != User::Same
    }
}

/// Why the last system call failed.
fn errno() -> i32 {
    // SAFETY: the pointer is to a variable of this thread, which is always there.
    unsafe { *libc::__errno_location() }
}
