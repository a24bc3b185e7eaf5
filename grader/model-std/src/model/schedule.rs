//! How the choices of an execution become a schedule, and a schedule the choices to be made again.

use protocol::schedule::{Schedule, Spawns};

use crate::runtime::scheduler::{Choice, Prefix};

/// The schedule in which these choices were made.
pub(super) fn of(choices: &[Choice], spawns: Spawns) -> Schedule {
    let last_other = choices.iter().rposition(|choice| choice.chosen != 0);
    let determined = last_other.map_or(&[][..], |last| &choices[..=last]);
    Schedule {
        choices: determined.iter().map(|choice| choice.chosen).collect(),
        spawns,
    }
}

/// All choices of a schedule, to be followed.
pub(super) fn prefix(schedule: &Schedule) -> Prefix {
    Prefix::whole(schedule.choices.iter().map(|chosen| Choice::of_any(*chosen)).collect())
}
