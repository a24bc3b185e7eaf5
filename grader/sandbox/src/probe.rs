//! Which mechanisms of containment work on this machine, found by trying, once per process.

use std::sync::OnceLock;

use crate::level::{Level, Missing};
use crate::system::{self, Plan};

/// The mechanisms of containment that work on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The level that was reached.
    pub level: Level,
    /// The version of Landlock, if it works.
    pub landlock: Option<u32>,
    /// Whether the filter of system calls works.
    pub has_filter: bool,
    /// Whether programs get a root folder of their own.
    pub has_root: bool,
    /// What is missing up to the level that was asked for, with the reasons.
    pub missing: Vec<Missing>,
    /// What is missing to give a program that uses the network a network of its own, if anything is.
    pub loopback: Option<Missing>,
    pub(crate) plan: Plan,
}

impl Probe {
    /// Whether the kernel enforces a child's limit of threads. If not, the caller has to count them from time to time.
    pub fn counts_threads(&self) -> bool {
        self.plan.counts_threads()
    }
}

/// Everything that works on this machine. The first call tries it, which takes some milliseconds.
pub fn probe() -> &'static Probe {
    probe_up_to(Level::Full)
}

/// What works on this machine up to `level`, as if it offered no more. The first call for each level tries it.
pub fn probe_up_to(level: Level) -> &'static Probe {
    static FOUND: [OnceLock<Probe>; 4] = [const { OnceLock::new() }; 4];
    let index = match level {
        Level::Basic => 0,
        Level::Partial => 1,
        Level::Strong => 2,
        Level::Full => 3,
    };
    FOUND[index].get_or_init(|| system::find(level))
}
