//! What this machine can contain a program with, found by trying and remembered.

use std::sync::OnceLock;

use crate::level::{Level, Missing};
use crate::system::{self, Plan};

/// What this machine can contain a program with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The level that was reached.
    pub level: Level,
    /// The version of Landlock that holds, if any does.
    pub landlock: Option<u32>,
    /// Whether the filter of system calls holds.
    pub has_filter: bool,
    /// Whether programs have a root by themselves.
    pub has_root: bool,
    /// What is missing, with the reasons. Empty where less than everything was asked for.
    pub missing: Vec<Missing>,
    /// What is missing for a program that uses the network to have one by itself, if anything is.
    pub loopback: Option<Missing>,
    pub(crate) plan: Plan,
}

impl Probe {
    /// Whether the kernel holds a child to its limit of threads. Where not, the caller has to look from time to time.
    pub fn counts_threads(&self) -> bool {
        self.plan.counts_threads()
    }
}

/// What this machine can do at best. Tried at the first call, in some milliseconds.
pub fn probe() -> &'static Probe {
    probe_up_to(Level::Full)
}

/// What this machine can do without going beyond `level`, as if it offered no more. Tried at the first call for each level.
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
