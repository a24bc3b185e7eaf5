//! The sandbox on Linux: which mechanisms work is found by trying, everything is prepared before the fork, and set up
//! after it.

mod calls;
mod files;
mod filter;
mod find;
mod prepare;
mod probe_child;
mod proc_stat;
pub(crate) mod processes;
mod root;
mod setup;
mod spawn;
mod spec;
mod stage;
mod supervisor;

use std::path::PathBuf;

pub(crate) use find::find;
pub(crate) use proc_stat::ProcStat;
pub use spawn::{Child, SetupError, spawn};
pub use spec::{ResourceLimits, Spec};
pub use stage::Stage;

/// The mechanisms that a child is contained by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Landlock, in this version.
    landlock: Option<u32>,
    /// A filter of system calls.
    filter: bool,
    /// An almost empty folder that becomes the root.
    root: Option<PathBuf>,
    /// The user that the child runs as.
    user: User,
    /// Whether a child that uses the network gets a network of its own.
    network: bool,
}

/// The user that a child runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum User {
    /// The grader's user, without its capabilities.
    Same,
    /// A user that nothing else runs as.
    Other,
    /// The grader's user in a user namespace of its own.
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

    /// Whether the kernel counts the threads of a child apart from all others.
    pub(crate) fn counts_threads(&self) -> bool {
        self.user != User::Same
    }
}

/// The folders with the programs that every system has.
pub(crate) fn program_folders() -> impl Iterator<Item = PathBuf> {
    let folders = ["/usr/bin", "/bin"].map(PathBuf::from).into_iter();
    folders.filter(|folder| folder.exists())
}

/// The folder in which the kernel shows processes.
pub(crate) fn process_folder() -> Option<PathBuf> {
    Some(PathBuf::from("/proc"))
}

/// The error of the last system call.
fn errno() -> i32 {
    // SAFETY: the pointer is to a variable of this thread, which always exists.
    unsafe { *libc::__errno_location() }
}
