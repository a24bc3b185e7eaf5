//! The choices that make an execution what it is.

use crate::runtime::chooser::{Choice, Prefix};

/// The choices that make an execution what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// At each choice, the number of the option taken; 0 is the usual one, and a schedule ends with its last unusual choice.
    pub choices: Vec<u16>,
    /// Whether some of the choices are made before a thread spawns another one.
    pub spawns: Spawns,
}

/// Whether there is a choice before a thread spawns another one.
///
/// Others notice a spawn only by the number of the new thread, and only threads that spawn at the same time can be given their
/// numbers in another order. So an exploration begins without this choice, and starts again with it when it meets such threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spawns {
    /// No: a thread spawns right after the operation before.
    #[default]
    Unseen,
    /// Yes, as before any operation that others notice.
    Chosen,
}

impl Schedule {
    pub(super) fn of(choices: &[Choice], spawns: Spawns) -> Self {
        let last_unusual = choices.iter().rposition(|choice| choice.chosen != 0);
        let determined = last_unusual.map_or(&[][..], |last| &choices[..=last]);
        Self {
            choices: determined.iter().map(|choice| choice.chosen).collect(),
            spawns,
        }
    }

    /// All of its choices, to be followed.
    pub(super) fn prefix(&self) -> Prefix {
        Prefix::whole(self.choices.iter().map(|chosen| Choice::of_any(*chosen)).collect())
    }
}
