//! Injected faults: spurious wake-ups, spurious failures of weak compare-exchanges, and late threads.

use super::dispatch::{Candidate, Cause};
use super::execution::Execution;
use super::task::{Task, TaskId, Until};
use crate::model::Settings;

/// How many faults of each kind the scheduler may still inject.
#[derive(Debug)]
pub(super) struct Faults {
    pub(super) spurious_wakeups_left: u32,
    pub(super) weak_failures_left: u32,
    pub(super) late_threads_left: u32,
}

impl Faults {
    /// As many as `settings` allow.
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            spurious_wakeups_left: settings.spurious_wakeups,
            weak_failures_left: settings.weak_failures,
            late_threads_left: settings.late_threads,
        }
    }

    /// Whether any fault may still be injected.
    #[inline]
    pub(super) fn are_left(&self) -> bool {
        self.left() != [0; 3]
    }

    /// The numbers, as a part of the state of an execution.
    #[inline]
    pub(super) fn left(&self) -> [u32; 3] {
        [
            self.spurious_wakeups_left,
            self.weak_failures_left,
            self.late_threads_left,
        ]
    }
}

impl Execution {
    /// Whether a thread may still be late in this execution.
    pub(crate) fn may_be_late(&self) -> bool {
        self.faults.late_threads_left > 0
    }

    /// Whether a weak compare-exchange that could succeed fails this time.
    pub(crate) fn fails_weakly(&mut self) -> bool {
        if self.faults.weak_failures_left == 0 {
            return false;
        }
        let fails = self.choose_outcome(2, 1) == 1;
        self.faults.weak_failures_left -= u32::from(fails);
        fails
    }

    /// Adds the threads that a spurious wake-up can wake as candidates. Choosing one counts as a preemption.
    pub(super) fn add_spurious(&mut self) {
        if self.faults.spurious_wakeups_left == 0 {
            return;
        }
        for task in 0..self.tasks.len() {
            if self.may_wake_spuriously(task) {
                self.turn.candidates.push(Candidate {
                    task,
                    cause: Cause::Spurious,
                });
            }
        }
    }

    /// Adds the threads with the nearest deadline as candidates: the other threads are late then. Choosing one counts
    /// as a preemption.
    pub(super) fn add_late(&mut self) {
        if self.faults.late_threads_left == 0 {
            return;
        }
        let Some(nearest) = self.nearest_deadline() else { return };
        for task in 0..self.tasks.len() {
            if self.tasks[task].deadline() == Some(nearest) && !self.may_go(task) {
                self.turn.candidates.push(Candidate {
                    task,
                    cause: Cause::Late,
                });
            }
        }
    }

    /// When no thread can go on, lets the scheduler choose whether to inject a spurious wake-up. Returns whether the
    /// next turn is given or the execution is over.
    ///
    /// A fault is only injected while another thread could go on. Here that is a thread whose last operations were
    /// invisible (see [`Execution::next_without_a_choice`]): another order of the same operations would perform them
    /// later.
    pub(super) fn inject_wake_up(&mut self) -> bool {
        if self.faults.spurious_wakeups_left == 0 {
            return false;
        }
        self.add_spurious();
        let might_go_on =
            |(id, task): (TaskId, &Task)| (task.performed.invisible > task.performed.n_known_finished).then_some(id);
        let others: Vec<TaskId> = self.tasks.iter().enumerate().filter_map(might_go_on).collect();
        self.turn
            .candidates
            .retain(|candidate| others.iter().any(|other| *other != candidate.task));
        let no_wake_up = Candidate {
            task: self.current,
            cause: Cause::NoWakeUp,
        };
        self.turn.candidates.insert(0, no_wake_up);
        let chosen = if self.turn.candidates.len() > 1 {
            self.choose_candidate(1)
        } else {
            Some(self.turn.candidates[0])
        };
        match chosen {
            Some(Candidate {
                cause: Cause::NoWakeUp, ..
            }) => false,
            Some(woken) => {
                self.turn.choice_is_pending = false;
                self.give_turn_to(woken);
                true
            }
            None => true,
        }
    }

    fn may_wake_spuriously(&self, task: TaskId) -> bool {
        let waits_for_a_wake_up = matches!(
            self.tasks[task].waits_until(),
            Some(Until::Notified { .. } | Until::Unparked { .. })
        );
        waits_for_a_wake_up && !self.may_go(task)
    }
}
