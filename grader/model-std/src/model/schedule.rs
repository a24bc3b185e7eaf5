//! Turns the choices of an execution into a schedule, and a schedule into the choices to follow.

use protocol::schedule::Schedule;

use crate::runtime::scheduler::{Choice, OptionalChoices, Prefix};

/// The schedule of an execution with these choices.
pub(super) fn of(choices: &[Choice], optional: OptionalChoices) -> Schedule {
    let last_other = choices.iter().rposition(|choice| choice.chosen != 0);
    let determined = last_other.map_or(&[][..], |last| &choices[..=last]);
    Schedule {
        choices: determined.iter().map(|choice| choice.chosen).collect(),
        spawns: optional.spawns,
        counts: optional.counts,
        switches: optional.switches,
    }
}

/// The choices of a schedule, as a prefix to follow.
pub(super) fn prefix(schedule: &Schedule) -> Prefix {
    Prefix::whole(schedule.choices.iter().map(|chosen| Choice::of_any(*chosen)).collect())
}
