//! Which operations are scheduling points, and which states are equal: the two ways in which the search is reduced.
//!
//! *Invisible operations*, such as a thread starting, are not scheduling points (see
//! [`Execution::next_without_a_choice`]).
//!
//! *Equal states* are found by histories. At each announcement, a thread of a deterministic program is where the
//! results of its operations have led it. So the *history* of a thread, a hash over its operations and over the
//! histories of the objects that they looked at, stands for all of its memory. The history of an object stands for what
//! the object holds, and is that of the operation that last changed it. Two executions that arrive at the same
//! histories, in whatever order, are in the same state and go on alike. This is the idea of happens-before caching:
//! Musuvathi & Qadeer, *Partial-Order Reduction for Context-Bounded State Exploration*, Microsoft Research technical
//! report, 2007.
//!
//! What a program shares without the model (the count of an `Arc`, a file) is not part of a history.

use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use super::execution::Execution;
use super::objects::rwlock::was_overtaken;
use super::objects::{ObjectId, State};
use super::task::{TaskId, Until, Wake};

/// The hash of a thread's operations, or of what an object holds.
pub(crate) type History = u64;

/// Puts `value` behind `history`. The multipliers are those of SplitMix64 (see `scheduler/random.rs`).
pub(super) fn mix(history: History, value: u64) -> History {
    let mut z = history.rotate_left(23).wrapping_add(value ^ 0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A hasher for tables whose keys are single numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MixHasher(u64);

/// Makes hashers for tables whose keys are single numbers.
pub(crate) type Mixed = BuildHasherDefault<MixHasher>;

impl Hasher for MixHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mix(self.0, number);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}

/// How many operations a task has performed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Performed {
    /// How many visible operations.
    pub(crate) visible: u64,
    /// How many invisible operations since the last visible one.
    pub(crate) invisible: u32,
    /// How many of those, from the first, are known to be over, because they started a thread that has begun.
    pub(crate) n_known_over: u32,
    /// Whether the task was chosen for an invisible operation, and has performed no other since.
    pub(crate) is_fresh: bool,
}

impl Performed {
    /// Counts an operation.
    pub(super) fn count(&mut self, is_invisible: bool) {
        if is_invisible {
            self.invisible += 1;
        } else {
            self.visible += 1;
            self.invisible = 0;
            self.n_known_over = 0;
        }
    }
}

/// Who started a task, and after how many of its operations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent {
    pub(crate) task: TaskId,
    /// The parent's visible operations.
    pub(super) visible: u64,
    /// The parent's invisible operations since.
    pub(super) invisible: u32,
}

impl Parent {
    /// `task`, which has performed these operations and starts another task now.
    pub(super) fn new(task: TaskId, performed: Performed) -> Self {
        Self {
            task,
            visible: performed.visible,
            invisible: performed.invisible,
        }
    }
}

/// The history of a thread that `parent` starts as number `task`.
pub(crate) fn of_child(parent: History, task: TaskId) -> History {
    mix(parent, task as u64 + 1)
}

impl Execution {
    /// The task that goes next without a choice, because its operation is invisible.
    ///
    /// An operation is *invisible* if it has the same effect at any time, and so have the operations of all other
    /// tasks: starting, spawning (but see [`crate::model::Spawns`]), taking note that a thread has ended. Operations
    /// that ran between an invisible one and the operation before it could as well run after it (Lipton, *Reduction: A
    /// Method of Proving Properties of Parallel Programs*, CACM 1975). So a choice is made only before visible
    /// operations: a thread that was chosen to start performs its first visible operation at once, and a thread that
    /// has waited for another one takes note of the end before any choice.
    ///
    /// There are two exceptions. A thread that yields counts the turns of others (see
    /// [`Execution::let_others_go_first`]). And a fault may be injected while another thread could go on (see
    /// [`Execution::inject_wake_up`]). A late thread makes every operation visible, so nothing is invisible while one
    /// may come.
    pub(super) fn next_without_a_choice(&mut self) -> Option<TaskId> {
        let current = self.current;
        if !self.skips_invisible() || self.tasks[current].announced.yields {
            return None;
        }
        if self.may_go(current) {
            let me = &mut self.tasks[current];
            return (me.announced.is_invisible || std::mem::take(&mut me.performed.is_fresh)).then_some(current);
        }
        let has_waited = |task: &TaskId| match self.tasks[*task].waits_until() {
            Some(until @ (Until::Ended(_) | Until::ScopeEmpty(_))) => self.holds(*task, until),
            _ => false,
        };
        let task = (0..self.tasks.len()).find(has_waited)?;
        self.turn.choice_is_due = true;
        Some(task)
    }

    /// Whether invisible operations are no scheduling points.
    pub(super) fn skips_invisible(&self) -> bool {
        !self.settings.every_turn && !self.may_be_late()
    }

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

    /// Notes in its history why the running thread has its turn, and what it learns by that.
    pub(crate) fn note_turn(&mut self, wake: Wake) {
        let me = &self.tasks[self.current];
        let mut history = mix(me.history, wake as u64);
        if wake != Wake::Ready {
            history = mix_time(history, self.now);
        }
        if let Some(object) = me.announced.operation.object {
            history = mix(history, self.objects.history(object));
        }
        if let Some(Until::Ended(other)) = me.waits_until() {
            history = mix(history, self.tasks[other].history);
        }
        self.me().history = history;
    }

    /// The state of the execution, as far as it matters for what can come next. `runs_on` is the thread that a choice
    /// can preempt, if there is one.
    pub(crate) fn state(&self, runs_on: Option<TaskId>) -> u64 {
        let mut state = mix_time(0, self.now);
        state = mix(state, runs_on.map_or(0, |task| task as u64 + 1));
        for left in self.faults.left() {
            state = mix(state, left.into());
        }
        for (id, task) in self.tasks.iter().enumerate() {
            // Adding a small number to a hash tells as much as mixing it in, and is faster.
            state = mix(state, task.history.wrapping_add(self.flags(id)));
            if let Some(deadline) = task.deadline() {
                state = mix_time(state, deadline);
            }
        }
        state = mix(state, self.state_of_yields());
        // A sum, since objects are numbered in the order of first use, which differs between executions in the same
        // state. A history tells which object it belongs to, since the thread that made it knew.
        let objects = self.objects.all().iter();
        mix(
            state,
            objects.fold(0_u64, |sum, object| {
                let beside = match &object.state {
                    State::Lock(lock) => lock.writer_waited as u64,
                    State::Condvar(condvar) => condvar.state(),
                    _ => 0,
                };
                sum.wrapping_add(mix(object.history, beside.wrapping_add(1)))
            }),
        )
    }

    /// What matters of a thread besides its history.
    fn flags(&self, id: TaskId) -> u64 {
        let task = &self.tasks[id];
        let flags = [
            matches!(task.waits_until(), Some(Until::Relockable(_))),
            task.park_token,
            task.done.is_some(),
            !task.is_alive(),
            task.activity.spins(),
            task.announced.yields,
            task.announced.at == self.now,
            // A thread that has not begun has the same history as one whose first operation has to wait.
            self.may_go(id),
            task.deadline().is_some(),
            was_overtaken(self, id),
        ];
        flags.iter().fold(0, |flags, flag| flags << 1 | u64::from(*flag))
    }
}

/// Puts `time` behind `history`.
fn mix_time(history: History, time: Duration) -> History {
    mix(mix(history, time.as_secs()), time.subsec_nanos().into())
}
