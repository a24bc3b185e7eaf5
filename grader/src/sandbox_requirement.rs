//! How well submissions have to be contained, and whether this machine can do it.

use protocol::verdict::{Containment, MissingMechanism};
use sandbox::{Level, Missing, Probe, probe_up_to};

use crate::exercise::{Exercise, Need};
use crate::help::Help;

/// How well a submission has to be contained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SandboxRequirement {
    /// The highest level to use, though the machine may offer more.
    pub at_best: Level,
    /// The level below which nothing is graded.
    pub at_least: Level,
}

impl SandboxRequirement {
    /// As well as this machine can.
    pub const AUTO: SandboxRequirement = SandboxRequirement {
        at_best: Level::Full,
        at_least: Level::Basic,
    };

    /// As well as this machine can, and at least so that a submission cannot open the files of others.
    pub const REQUIRE: SandboxRequirement = SandboxRequirement {
        at_best: Level::Full,
        at_least: Level::Strong,
    };

    /// At the level that every system offers.
    pub const BASIC: SandboxRequirement = SandboxRequirement {
        at_best: Level::Basic,
        at_least: Level::Basic,
    };
}

/// Why this machine does not contain submissions as well as was required.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SandboxError {
    /// This machine offers only a lower level.
    #[error("containment {level} is below {at_least}{list}", list = listed(missing))]
    BelowRequirement {
        /// The level that this machine offers.
        level: Level,
        /// The level that was required.
        at_least: Level,
        /// The mechanisms that it lacks.
        missing: Vec<Missing>,
    },
    /// The exercise needs a network, and this machine cannot give a submission one of its own.
    #[error("the exercise needs a network: {missing}")]
    NoLoopback {
        /// The mechanism that it lacks.
        missing: Missing,
    },
}

fn listed(missing: &[Missing]) -> String {
    missing.iter().map(|missing| format!("; {missing}")).collect()
}

impl Help for SandboxError {
    fn help(&self) -> Option<String> {
        let missing = match self {
            SandboxError::BelowRequirement { missing, .. } => missing.as_slice(),
            SandboxError::NoLoopback { missing } => std::slice::from_ref(missing),
        };
        let mut advice: Vec<&str> = missing.iter().map(|missing| missing.help).collect();
        advice.push("pass `--containment=auto` to grade your own code with less, or see SECURITY.md for a container");
        Some(advice.join("\n"))
    }
}

/// Checks that this machine contains the submissions to `exercise` as well as is required.
pub(crate) fn check(required: SandboxRequirement, exercise: &Exercise) -> Result<(), SandboxError> {
    let probe = probe_up_to(required.at_best);
    if probe.level < required.at_least {
        return Err(SandboxError::BelowRequirement {
            level: probe.level,
            at_least: required.at_least,
            missing: probe.missing.clone(),
        });
    }
    match &probe.loopback {
        Some(missing) if required.at_least > Level::Basic && exercise.needs.contains(&Need::Network) => {
            Err(SandboxError::NoLoopback {
                missing: missing.clone(),
            })
        }
        Some(_) | None => Ok(()),
    }
}

/// The mechanisms that contain submissions on this machine, for a report.
pub(crate) fn containment(required: SandboxRequirement) -> Containment {
    contained_by(probe_up_to(required.at_best))
}

fn contained_by(probe: &Probe) -> Containment {
    let processes = match (cfg!(target_os = "linux"), probe.counts_threads()) {
        (true, true) => "process group, subreaper and own user",
        (true, false) => "process group and subreaper",
        (false, _) => "process group",
    };
    let landlock = probe.landlock.map(|version| format!("landlock {version}"));
    let root = probe.has_root.then(|| "chroot".to_owned());
    let filesystem: Vec<String> = landlock.into_iter().chain(root).collect();
    let or_none = |words: &str| {
        if words.is_empty() {
            "none".to_owned()
        } else {
            words.to_owned()
        }
    };
    Containment {
        level: probe.level.letter().to_string(),
        processes: processes.to_owned(),
        filesystem: or_none(&filesystem.join(" and ")),
        network: or_none(if probe.has_filter { "seccomp" } else { "" }),
        missing: probe.missing.iter().map(missing_mechanism).collect(),
    }
}

fn missing_mechanism(missing: &Missing) -> MissingMechanism {
    MissingMechanism {
        mechanism: missing.mechanism.word().to_owned(),
        reason: missing.reason.clone(),
        errno: (missing.errno != 0).then_some(missing.errno),
        consequence: missing.mechanism.consequence().to_owned(),
        help: missing.help.to_owned(),
    }
}
