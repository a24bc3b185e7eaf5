//! Telling states apart: what every thread has seen so far, and what every object holds, as one number.
//!
//! A thread of a deterministic program is, at each of its announcements, where the results of its operations have led it.
//! So the *history* of a thread, a hash over its operations and over the histories of the objects that they looked at, stands
//! for all of its memory; the history of an object stands for what it holds and is that of the operation which last changed it.
//! Two executions that arrive at the same histories, in whatever order, are in the same state, and go on alike: the idea of
//! happens-before caching in Musuvathi & Qadeer, *Partial-Order Reduction for Context-Bounded State Exploration*, Microsoft
//! Research technical report, 2007.
//!
//! What the program shares behind the model's back (the count of an `Arc`, a file) is not part of a history.

use super::object::State;
use super::scheduling::SPINNING;
use super::task::{TaskId, Until, Wake};
use super::{ObjectId, Runtime};

/// The hash of a thread's operations, or of what an object holds.
pub(crate) type History = u64;

/// Puts `value` behind `history`. The multipliers are those of SplitMix64 (see `chooser::Random`).
pub(super) fn mix(history: History, value: u64) -> History {
    let mut z = history.rotate_left(23).wrapping_add(value ^ 0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The history of a thread that `parent` starts as number `task`.
pub(crate) fn of_child(parent: History, task: TaskId) -> History {
    mix(parent, task as u64 + 1)
}

impl Runtime {
    /// Notes that the running thread learned `value`.
    pub(crate) fn learned(&mut self, value: u64) {
        let me = self.me();
        me.history = mix(me.history, value);
    }

    /// Notes that the running thread looked at `object`.
    pub(crate) fn looked_at(&mut self, object: ObjectId) {
        let seen = self.objects.history(object);
        self.learned(seen);
    }

    /// Notes that the running thread changed `object`, in a way that follows from what it knew and what was there.
    pub(crate) fn wrote_to(&mut self, object: ObjectId) {
        self.looked_at(object);
        let history = self.me().history;
        self.objects.set_history(object, history);
    }

    /// Notes how the running thread came to its turn, and what that tells it.
    pub(crate) fn note_turn(&mut self, wake: Wake) {
        let (object, until) = (self.me().pending.object, self.me().until);
        self.learned(wake as u64);
        if wake != Wake::Ready {
            let now = self.now;
            self.learned(now.as_secs());
            self.learned(now.subsec_nanos().into());
        }
        if let Some(object) = object {
            self.looked_at(object);
        }
        if let Until::Ended(other) = until {
            let other = self.tasks[other].history;
            self.learned(other);
        }
    }

    /// The state of the program and of the scheduler, as far as it matters for what can come next. `runs_on` is the thread
    /// whose turn it would be, if there is one.
    pub(crate) fn state(&self, runs_on: Option<TaskId>) -> u64 {
        let mut state = mix(self.now.as_secs(), self.now.subsec_nanos().into());
        state = mix(state, runs_on.map_or(0, |task| task as u64 + 1));
        for left in [self.spurious_left, self.weak_failures_left, self.late_left] {
            state = mix(state, left.into());
        }
        for (id, (task, first)) in self.tasks.iter().zip(&self.after).enumerate() {
            let flags = [
                task.notified,
                task.park_token,
                task.done,
                task.ended,
                task.idle >= SPINNING,
                task.yields,
                task.waits_since == self.now,
                // A thread that has not begun has the same history as one whose first operation has to wait.
                !task.ended && self.may_go(id),
            ];
            let flags = flags.iter().fold(0, |flags, flag| flags << 1 | u64::from(*flag));
            state = mix(mix(state, task.history), flags);
            state = mix(
                state,
                task.deadline
                    .map_or(0, |deadline| mix(deadline.as_secs(), deadline.subsec_nanos().into())),
            );
            state = first.iter().fold(state, |state, other| mix(state, *other as u64 + 1));
        }
        // Objects are numbered in the order of first use, which differs between executions that are in the same state. But a
        // history tells which object it belongs to: the thread that made it knew.
        let objects = self.objects.all().iter();
        mix(
            state,
            objects.fold(0_u64, |sum, object| {
                let holds_up = matches!(&object.state, State::Lock(lock) if lock.writer_waited);
                sum.wrapping_add(mix(object.history, 1 + u64::from(holds_up)))
            }),
        )
    }
}
