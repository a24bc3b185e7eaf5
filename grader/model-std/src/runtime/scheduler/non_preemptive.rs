//! Non-preemptive: the running thread goes on while it can, and then the next one by number.
//!
//! The exhaustive search consists of executions that follow a prefix and then go on like this, so all preemptions of an
//! execution are in its prefix.

use crate::runtime::dispatch::Candidate;
use crate::runtime::task::TaskId;

/// The option that this strategy takes: the first, since [`order`] puts it there.
pub(super) const FIRST: usize = 0;

/// Whether the running thread goes on by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Running {
    /// It goes on if it is a candidate, and any other choice is a preemption.
    GoesOn,
    /// It yields: the others go first.
    Yields,
}

/// Puts `candidates`, which start with the running thread `current` if that can go on, in the order of this strategy.
/// Returns how many of them, from the first, cost no preemption.
///
/// `may_preempt` is false where no choice can be a preemption, since the running thread was waiting too.
pub(crate) fn order(candidates: &mut [Candidate], current: TaskId, running: Running, may_preempt: bool) -> usize {
    let n = candidates.len();
    let could_go_on = candidates[0].task == current;
    if could_go_on && running == Running::Yields {
        candidates.rotate_left(1);
    }
    match running {
        _ if !(may_preempt && could_go_on) => n,
        Running::GoesOn => 1,
        Running::Yields => (n - 1).max(1),
    }
}
