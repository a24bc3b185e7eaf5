//! Turns the choices of an execution into a schedule, and a schedule into the choices to follow.

use protocol::schedule::{Memory, Schedule};

use crate::runtime::scheduler::{Choice, ChoiceKind, OptionalChoices, Prefix, Scheduler, Strategy};

/// The schedule of an execution with these choices. An execution without a stale read is the same with sequentially
/// consistent memory, and has fewer choices then.
pub(super) fn of(choices: &[Choice], optional: OptionalChoices) -> Schedule {
    let memory = if choices.iter().any(Choice::is_stale_read) {
        Memory::Weak
    } else {
        Memory::Sequential
    };
    let is_in = |choice: &&Choice| memory == Memory::Weak || choice.kind != ChoiceKind::Value;
    let mut choices: Vec<u16> = choices.iter().filter(is_in).map(|choice| choice.chosen).collect();
    let last_other = choices.iter().rposition(|chosen| *chosen != 0);
    choices.truncate(last_other.map_or(0, |last| last + 1));
    Schedule {
        choices,
        spawns: optional.spawns,
        counts: optional.counts,
        memory,
        switches: optional.switches,
    }
}

/// The schedule with all of these choices, also default ones at the end, for whoever goes on from there.
pub(super) fn with_all(choices: &[Choice], optional: OptionalChoices, memory: Memory) -> Schedule {
    Schedule {
        choices: choices.iter().map(|choice| choice.chosen).collect(),
        spawns: optional.spawns,
        counts: optional.counts,
        memory,
        switches: optional.switches,
    }
}

/// A scheduler with choices at the same points as in executions of `schedule`. It follows `prefix`, then `strategy`.
pub(super) fn scheduler(schedule: &Schedule, prefix: Prefix, strategy: Strategy) -> Box<Scheduler> {
    Scheduler::new(prefix, strategy)
        .with_choices(OptionalChoices::of(schedule))
        .with_memory(schedule.memory)
}

/// The choices of a schedule, as a prefix to follow.
pub(super) fn prefix(schedule: &Schedule) -> Prefix {
    Prefix::whole(schedule.choices.iter().map(|chosen| Choice::of_any(*chosen)).collect())
}
