//! How well submissions are contained, and whether that is good enough to grade.

use sandbox::{Level, Probe, probe_up_to};

use crate::exercise::{Exercise, Need};
use protocol::verdict::{Containment, MissingMechanism};

/// How well a submission is to be contained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SandboxRequirement {
    /// No better than this, though the machine may offer more.
    pub at_best: Level,
    /// Nothing is graded where the machine offers less than this.
    pub at_least: Level,
}

impl SandboxRequirement {
    /// As well as this machine can.
    pub const AUTO: SandboxRequirement = SandboxRequirement {
        at_best: Level::Full,
        at_least: Level::Basic,
    };

    /// As well as this machine can, and so that a submission cannot open files of others.
    pub const REQUIRE: SandboxRequirement = SandboxRequirement {
        at_best: Level::Full,
        at_least: Level::Strong,
    };

    /// With what every system has, though the machine may offer more.
    pub const BASIC: SandboxRequirement = SandboxRequirement {
        at_best: Level::Basic,
        at_least: Level::Basic,
    };
}

/// Whether what holds is enough to grade; the reason why not, and what to do.
pub(super) fn suffices(demand: SandboxRequirement, exercise: &Exercise) -> Result<(), String> {
    let probe = probe_up_to(demand.at_best);
    let help = "help: pass `--containment=auto` to grade your own code with less, or see SECURITY.md for a container";
    if probe.level < demand.at_least {
        let SandboxRequirement { at_least, .. } = demand;
        let level = probe.level;
        let lacks: String = probe
            .missing
            .iter()
            .map(|lack| format!("; {lack}\nhelp: {}", lack.help))
            .collect();
        return Err(format!("containment {level} is below {at_least}{lacks}\n{help}"));
    }
    match &probe.loopback {
        Some(lack) if demand.at_least > Level::Basic && exercise.needs.contains(&Need::Network) => Err(format!(
            "the exercise needs a network: {lack}\nhelp: {}\n{help}",
            lack.help
        )),
        Some(_) | None => Ok(()),
    }
}

/// What contains submissions on this machine, for a report.
pub(super) fn of(demand: SandboxRequirement) -> Containment {
    contained_by(probe_up_to(demand.at_best))
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

fn missing_mechanism(missing: &sandbox::Missing) -> MissingMechanism {
    MissingMechanism {
        mechanism: missing.mechanism.word().to_owned(),
        reason: missing.reason.clone(),
        errno: (missing.errno != 0).then_some(missing.errno),
        consequence: missing.mechanism.consequence().to_owned(),
        help: missing.help.to_owned(),
    }
}
