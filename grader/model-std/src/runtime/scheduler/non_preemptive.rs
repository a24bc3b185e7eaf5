//! Non-preemptive: the running thread goes on as long as it can. Then the thread with the next number does.
//!
//! In the exhaustive search, each execution follows a prefix and then this strategy. So all preemptions of an execution
//! are in its prefix.

use crate::runtime::dispatch::Candidate;
use crate::runtime::task::TaskId;

/// The option that this strategy takes: [`order`] puts it first.
pub(super) const FIRST: usize = 0;

/// What the running thread does by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Running {
    /// It goes on if it is a candidate. Any other choice is a preemption.
    GoesOn,
    /// It yields to the other candidates.
    Yields,
}

/// Puts `candidates` in the order of this strategy. If the running thread `current` can go on, it is the first of them.
/// Returns how many of them, from the first, cost no preemption.
///
/// `may_preempt` is false where no choice can be a preemption, for example because the running thread was waiting.
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
