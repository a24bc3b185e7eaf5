//! Injected faults: a wait that ends without a reason, a weak exchange that fails, a thread that is late.

use super::Runtime;
use super::dispatch::{Candidate, Cause};
use super::task::{Task, TaskId, Until};

impl Runtime {
    /// Adds the threads that may be woken without a reason. Each counts as a preemption.
    pub(super) fn add_spurious(&mut self) {
        if self.spurious_left == 0 {
            return;
        }
        for task in 0..self.tasks.len() {
            if self.may_wake_spuriously(task) {
                self.candidates.push(Candidate {
                    task,
                    cause: Cause::Spurious,
                });
            }
        }
    }

    /// Adds the threads whose deadline may pass while others are slow. Each counts as a preemption.
    pub(super) fn add_late(&mut self) {
        if self.late_left == 0 {
            return;
        }
        let Some(nearest) = self.nearest_deadline() else { return };
        for task in 0..self.tasks.len() {
            if self.tasks[task].deadline == Some(nearest) && !self.may_go(task) {
                self.candidates.push(Candidate {
                    task,
                    cause: Cause::Late,
                });
            }
        }
    }

    /// Where nobody can go on, lets an injected fault choose one that does, if another thread might still be able to: one whose last
    /// operations went unseen (see [`Runtime::goes_unseen`]), and so might not have come to them yet. Returns whether there is no
    /// more to choose.
    pub(super) fn is_woken_by_injected_fault(&mut self) -> bool {
        if self.spurious_left == 0 {
            return false;
        }
        self.add_spurious();
        let might_go_on = |(id, task): (TaskId, &Task)| (task.unseen_operations > task.n_over).then_some(id);
        let others: Vec<TaskId> = self.tasks.iter().enumerate().filter_map(might_go_on).collect();
        self.candidates
            .retain(|candidate| others.iter().any(|other| *other != candidate.task));
        let nobody = Candidate {
            task: self.current,
            cause: Cause::Nobody,
        };
        self.candidates.insert(0, nobody);
        let chosen = if self.candidates.len() > 1 {
            self.choose_candidate(1)
        } else {
            Some(self.candidates[0])
        };
        match chosen {
            Some(Candidate {
                cause: Cause::Nobody, ..
            }) => false,
            Some(woken) => {
                self.choice_is_due = false;
                self.give_turn_to(woken);
                true
            }
            None => true,
        }
    }

    fn may_wake_spuriously(&self, task: TaskId) -> bool {
        let state = &self.tasks[task];
        if state.ended || self.may_go(task) {
            return false;
        }
        match state.until {
            Until::Notified { .. } => !state.notified,
            Until::Unparked => true,
            _ => false,
        }
    }
}
