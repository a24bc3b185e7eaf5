//! Systems other than Linux, on which programs run without a sandbox.

use std::path::PathBuf;

use crate::level::{Level, Mechanism, Missing};
use crate::probe::Probe;

/// The mechanisms that a child is contained by: none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan;

impl Plan {
    pub(crate) fn counts_threads(&self) -> bool {
        false
    }
}

/// The level that every system has, and the mechanisms that Linux would add.
pub(crate) fn find(up_to: Level) -> Probe {
    let wanted: &[Mechanism] = match up_to {
        Level::Basic => &[],
        Level::Partial | Level::Strong | Level::Full => &[Mechanism::Filter, Mechanism::Landlock, Mechanism::Root],
    };
    Probe {
        level: Level::Basic,
        landlock: None,
        has_filter: false,
        has_root: false,
        missing: wanted.iter().copied().map(missing).collect(),
        loopback: Some(missing(Mechanism::Network)),
        plan: Plan,
    }
}

/// Without a sandbox, nothing has to be allowed.
pub(crate) fn program_folders() -> Option<PathBuf> {
    None
}

/// As above.
pub(crate) fn process_folder() -> Option<PathBuf> {
    None
}

fn missing(mechanism: Mechanism) -> Missing {
    Missing {
        mechanism,
        reason: format!("{} does not have it", std::env::consts::OS),
        errno: 0,
        help: "run in a container with Linux (SECURITY.md gives the command)",
    }
}
