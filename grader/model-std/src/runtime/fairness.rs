//! Fairness among threads that yield: each lets every other thread that could run go first, once (Musuvathi & Qadeer, *Fair
//! Stateless Model Checking*, PLDI 2008), so that a loop that only waits cannot starve what it waits for.

use super::Runtime;
use super::task::{Task, TaskId};
use super::visibility::mix;

/// Who has yielded in the current execution, and to whom.
#[derive(Debug, Default)]
pub(super) struct Yields {
    /// The first of each pair lets the second go first.
    to: Vec<(TaskId, TaskId)>,
    excuses: Vec<Excuse>,
}

/// That a thread has yielded and need not let another go first, because that other one may have done so already (see
/// [`Runtime::is_excused`]).
#[derive(Clone, Copy, Debug)]
struct Excuse {
    who: TaskId,
    from: TaskId,
    /// How many operations that can be seen the other one had performed.
    at: u64,
    /// Up to which of the operations since then, which nobody can tell, it was excused.
    up_to: u32,
}

impl Yields {
    /// Begins the next execution.
    pub(super) fn clear(&mut self) {
        self.to.clear();
        self.excuses.clear();
    }
}

impl Runtime {
    /// Drops candidates that have yielded and must let another candidate go first. Returns whether the running thread, if it
    /// yields, may be past that already: one that cannot go on now may have had its turn.
    pub(super) fn let_others_go_first(&mut self) -> bool {
        let current = self.current;
        let mut may_go_on = false;
        if self.tasks[current].yields {
            self.yields.to.retain(|(task, _)| *task != current);
            for other in (0..self.tasks.len()).filter(|other| *other != current) {
                let is_candidate = self.candidates.iter().any(|candidate| candidate.task == other);
                let state = &self.tasks[other];
                let n_unseen = state.unseen_operations + u32::from(state.unseen && is_candidate);
                match (is_candidate, self.is_excused(current, other, n_unseen)) {
                    (true, false) => self.yields.to.push((current, other)),
                    (false, true) => may_go_on = true,
                    (true, true) | (false, false) => {}
                }
            }
        }
        if self.yields.to.is_empty() {
            return may_go_on;
        }
        let candidates = &self.candidates;
        let is_candidate = |task: TaskId| candidates.iter().any(|candidate| candidate.task == task);
        let waits = |who: TaskId| {
            let mut yielded_to = self.yields.to.iter();
            yielded_to.any(|(task, first)| *task == who && is_candidate(*first))
        };
        let mut keep = candidates.clone();
        keep.retain(|candidate| candidate.task == current || !waits(candidate.task));
        if !keep.is_empty() {
            self.candidates = keep;
        }
        may_go_on
    }

    /// Whether `task`, which yields, need not let `other` go first, this time. `n_unseen` is how many operations that nobody can
    /// tell `other` performs one after the other.
    ///
    /// It must let every other thread have a turn. What goes unseen (see [`Runtime::goes_unseen`]) is no turn of its own: it
    /// was taken together with the operation before it, or will be with the one after it, but it might as well be the turn
    /// that `other` has now. So as often as `other` has done something unseen, it may have had its turn; but for what is known to
    /// be over, since it started a thread which has begun.
    fn is_excused(&mut self, task: TaskId, other: TaskId, n_unseen: u32) -> bool {
        if !self.leaves_out_turns() {
            return false;
        }
        let Task {
            seen_operations: at,
            n_over,
            ..
        } = self.tasks[other];
        let mut excuses = self.yields.excuses.iter_mut();
        let excuse = excuses.find(|excuse| excuse.who == task && excuse.from == other);
        let until_now = excuse
            .as_ref()
            .filter(|excuse| excuse.at == at)
            .map_or(0, |excuse| excuse.up_to);
        let up_to = n_over.max(until_now) + 1;
        if up_to > n_unseen {
            return false;
        }
        let given = Excuse {
            who: task,
            from: other,
            at,
            up_to,
        };
        match excuse {
            Some(excuse) => *excuse = given,
            None => self.yields.excuses.push(given),
        }
        true
    }

    /// Notes that the running thread has begun: so has the operation that started it.
    pub(super) fn note_beginning(&mut self) {
        let Some(started) = self.me().parent else { return };
        let parent = &mut self.tasks[started.task];
        if parent.seen_operations == started.seen_operations {
            parent.n_over = parent.n_over.max(started.unseen_operations + 1);
        }
    }

    /// Whether an excuse is for something that its giver did since its last operation that can be seen.
    fn is_current(&self, excuse: &Excuse) -> bool {
        self.tasks[excuse.from].seen_operations == excuse.at
    }

    /// Notes that `task` has the next turn.
    pub(super) fn after_choice(&mut self, task: TaskId) {
        let switches = task != self.current;
        if switches {
            self.turn = 0;
        }
        if !self.yields.to.is_empty() {
            self.yields
                .to
                .retain(|(who, first)| *who != task && !(switches && *first == task));
        }
    }

    /// Who lets whom go first, and who is excused from it.
    pub(super) fn state_of_yields(&self) -> u64 {
        // Sums: the order in which threads yielded makes no difference.
        let pair = |who: TaskId, other: TaskId| mix(mix(0, who as u64), other as u64);
        let yielded_to = self.yields.to.iter().map(|(who, first)| pair(*who, *first));
        let excuses = self.yields.excuses.iter().filter(|excuse| self.is_current(excuse));
        let excuses = excuses.map(|excuse| mix(pair(excuse.who, excuse.from), excuse.up_to.into()));
        yielded_to.chain(excuses).fold(0, u64::wrapping_add)
    }
}
