//! Which replies a server holds back, and which of them it lets go when the process is quiescent.

use tokio::sync::oneshot;

/// Which replies are held back until nothing more can happen. A reply that never comes is held back in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// None.
    Nothing,
    /// All, so many times; whenever the process is quiescent, all of them are let go.
    Rounds(usize),
    /// All; whenever the process is quiescent, one of the comic with the highest number is let go.
    LastFirst,
    /// The reply to this path.
    Only(String),
}

/// A reply that is held back.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) comic: u32,
    pub(crate) release: oneshot::Sender<()>,
}

impl Hold {
    /// Whether the reply to a request for `path` is held back.
    pub(crate) fn holds(&self, path: &str) -> bool {
        match self {
            Hold::Nothing => false,
            Hold::Rounds(rounds) => *rounds > 0,
            Hold::LastFirst => true,
            Hold::Only(only) => only == path,
        }
    }

    /// Takes the replies out of `held` that may be sent now.
    pub(crate) fn release(&mut self, held: &mut Vec<Held>) -> Vec<Held> {
        match self {
            Hold::LastFirst => {
                let last = held.iter().enumerate().max_by_key(|(_, held)| held.comic);
                let last = last.map(|(index, _)| index);
                last.map(|index| held.remove(index)).into_iter().collect()
            }
            Hold::Rounds(rounds) => {
                *rounds = rounds.saturating_sub(1);
                std::mem::take(held)
            }
            Hold::Nothing | Hold::Only(_) => std::mem::take(held),
        }
    }
}
