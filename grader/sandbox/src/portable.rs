//! Containment where there is none: other systems than Linux.

use crate::level::{Level, Mechanism, Missing};
use crate::probe::Probe;

/// The means that a child is contained by: none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan;

impl Plan {
    pub(crate) fn counts_threads(&self) -> bool {
        false
    }
}

/// The level that every system has, and what Linux would add.
pub(crate) fn find(up_to: Level) -> Probe {
    let wished: &[Mechanism] = match up_to {
        Level::Basic => &[],
        Level::Partial | Level::Strong | Level::Full => &[Mechanism::Filter, Mechanism::Landlock, Mechanism::Root],
    };
    Probe {
        level: Level::Basic,
        landlock: None,
        has_filter: false,
        has_root: false,
        missing: wished.iter().copied().map(lack).collect(),
        loopback: Some(lack(Mechanism::Network)),
        plan: Plan,
    }
}

fn lack(mechanism: Mechanism) -> Missing {
    Missing {
        mechanism,
        reason: format!("{} does not have it", std::env::consts::OS),
        errno: 0,
        help: "run in a container with Linux (SECURITY.md gives the command)",
    }
}
