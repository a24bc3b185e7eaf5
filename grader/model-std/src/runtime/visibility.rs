//! Reduces the search in two ways: by operations that are no scheduling points, and by equal states.
//!
//! *Invisible operations*, such as a thread starting, are not scheduling points (see
//! [`Execution::next_without_a_choice`]).
//!
//! *Equal states* are recognised by histories. In a deterministic program, the results of a thread's operations
//! determine the thread's memory. So the *history* of a thread represents its memory: it is a hash over the operations
//! of the thread and over the histories of the objects that they used. The history of an object represents its
//! contents: it is the history of the thread that changed it last, at that time. Two executions that reach the same
//! histories are in the same state, in whatever order they performed their operations. This is happens-before caching:
//! Musuvathi & Qadeer, *Partial-Order Reduction for Context-Bounded State Exploration*, Microsoft Research technical
//! report, 2007.
//!
//! What threads share outside the model (a file) is not part of a history. For the counts of `Arc`, see `counts`.

use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use super::execution::Execution;
use super::objects::rwlock::was_overtaken;
use super::objects::{ObjectId, State};
use super::task::{Task, TaskId, TaskState, Until, Waiting, Wake};

/// The history of a thread or of an object, as a hash.
pub(crate) type History = u64;

/// Appends `value` to `history`. The multipliers are those of SplitMix64 (see `scheduler/random.rs`).
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

/// A hasher for tables whose keys are hashes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HashHasher(u64);

/// Makes hashers for tables whose keys are hashes.
pub(crate) type Hashed = BuildHasherDefault<HashHasher>;

impl Hasher for HashHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.rotate_left(8) ^ number;
    }
}

/// How many operations a task has performed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OperationCounts {
    /// How many visible operations.
    pub(crate) visible: u64,
    /// How many invisible operations since the last visible one.
    pub(crate) invisible: u32,
    /// How many of those, from the first, are known to be finished, because they started a thread that has begun.
    pub(crate) n_known_finished: u32,
    /// Whether the task was chosen to perform an invisible operation, and has performed no other operation since.
    pub(crate) was_chosen_for_invisible: bool,
}

impl OperationCounts {
    /// Counts an operation.
    pub(super) fn count(&mut self, is_invisible: bool) {
        if is_invisible {
            self.invisible += 1;
        } else {
            self.visible += 1;
            self.invisible = 0;
            self.n_known_finished = 0;
        }
    }
}

/// The parent of a task, and how many operations the parent had performed when it started the task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent {
    pub(crate) task: TaskId,
    /// The parent's visible operations.
    pub(super) visible: u64,
    /// The parent's invisible operations since.
    pub(super) invisible: u32,
}

impl Parent {
    /// `task` as the parent of a task that it starts now.
    pub(super) fn new(task: TaskId, performed: OperationCounts) -> Self {
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
    /// The task that goes next without a choice, because its operation is invisible; `None` if there is a choice.
    ///
    /// An operation is *invisible* if it commutes with all operations of other tasks: starting, spawning (but see
    /// [`crate::model::Spawns`]), and noticing that a joined thread has ended. Operations of others that ran between an
    /// invisible operation and the one before it could as well run after it (Lipton, *Reduction: A Method of Proving
    /// Properties of Parallel Programs*, CACM 1975). So only visible operations are scheduling points: a thread that
    /// was chosen to start performs its first visible operation at once, and a thread that joins another one notices
    /// its end before any choice.
    ///
    /// A thread that insists (see `fairness`) goes on without a choice as well, once it has yielded often enough.
    ///
    /// There are two exceptions. A thread that yields counts the turns of others (see
    /// [`Execution::let_others_go_first`]). And a fault may only be injected while another thread could go on (see
    /// [`Execution::inject_wake_up`]). Late threads make every operation visible, so no operation is invisible while a
    /// thread may still be late.
    pub(super) fn next_without_a_choice(&mut self) -> Option<TaskId> {
        let current = self.current;
        if !self.skips_invisible() || self.tasks[current].announced.yields {
            return None;
        }
        if self.may_go(current) {
            let me = &mut self.tasks[current];
            let goes_on = me.announced.is_invisible || me.activity.insists_on_its_turn();
            return (goes_on || std::mem::take(&mut me.performed.was_chosen_for_invisible)).then_some(current);
        }
        let has_waited = |(id, task): (TaskId, &Task)| match &task.state {
            TaskState::Waiting(Waiting {
                until: until @ (Until::Ended(_) | Until::ScopeEmpty(_)),
                ..
            }) => self.holds(id, until),
            _ => false,
        };
        let task = self.tasks.iter().enumerate().position(has_waited)?;
        self.turn.choice_is_pending = true;
        Some(task)
    }

    /// Whether invisible operations are skipped as scheduling points.
    pub(crate) fn skips_invisible(&self) -> bool {
        !self.settings.every_turn && !self.may_be_late()
    }

    /// Notes that the running thread learned `value`.
    pub(crate) fn learned(&mut self, value: u64) {
        let me = self.me();
        me.history = mix(me.history, value);
    }

    /// Notes that the running thread read `object`.
    pub(crate) fn looked_at(&mut self, object: ObjectId) {
        self.learned_from(object);
    }

    /// Notes that the running thread changed `object`. The new contents must follow from the histories of both.
    pub(crate) fn wrote_to(&mut self, object: ObjectId) {
        let (history, readings) = self.learned_from(object);
        self.objects.set_history(object, history);
        self.objects.set_readings(object, readings);
    }

    /// Adds the contents of `object` to what the running thread knows. Returns its history and its readings of the
    /// clock, which are slow to read right after they were written.
    #[inline]
    fn learned_from(&mut self, object: ObjectId) -> (History, u64) {
        let (seen, readings) = (self.objects.history(object), self.objects.readings(object));
        let me = &mut self.tasks[self.current];
        let mut history = mix(me.history, seen);
        let mut known = me.readings;
        if readings > known {
            known = readings;
            history = mix(history, readings);
            me.readings = readings;
        }
        me.history = history;
        (history, known)
    }

    /// Adds to the history of the running thread why it has its turn, and what it learns by that.
    pub(crate) fn note_turn(&mut self, wake: Wake) {
        self.note_step_for_repetition(wake);
        let me = &self.tasks[self.current];
        let (mut learned, mut readings) = (wake as u64, 0);
        if let Some(object) = me.announced.operation.object {
            // Adding a small number to a hash is as good as mixing it in, and faster.
            learned = self.objects.history(object).wrapping_add(learned);
            readings = self.objects.readings(object);
        }
        let mut history = mix(me.history, learned);
        if wake != Wake::Ready {
            history = mix_time(history, self.now);
        }
        if let TaskState::Waiting(waiting) = &me.state {
            match waiting.until {
                Until::Ended(other) => {
                    let ended = &self.tasks[other];
                    history = mix(history, ended.history);
                    readings = ended.readings;
                }
                Until::Unparked { .. } if wake == Wake::Ready => readings = me.unparked_readings,
                _ => {}
            }
        }
        self.me().history = history;
        self.learned_readings(readings);
    }

    /// The state of the execution: everything on which its continuation depends. `runs_on` is the thread that a choice
    /// can preempt, if there is one.
    pub(crate) fn state(&self, runs_on: Option<TaskId>) -> u64 {
        let mut state = mix_time(runs_on.map_or(0, |task| task as u64 + 1), self.now);
        if self.faults.are_left() {
            for left in self.faults.left() {
                state = mix(state, left.into());
            }
        }
        // A sum of hashes, which the processor computes side by side.
        let tasks = self.tasks.iter().enumerate().fold(0_u64, |sum, (id, task)| {
            // Adding a small number to a hash is as good as mixing it in, and faster.
            let mut of_task = mix(id as u64, task.history.wrapping_add(self.flags(id, task)));
            if let Some(deadline) = task.deadline() {
                of_task = mix_time(of_task, deadline);
            }
            sum.wrapping_add(of_task)
        });
        // A sum, because objects are numbered in the order of first use, which differs between executions in the same
        // state. Histories of different objects differ, because each comes from the thread that changed the object.
        let objects = self.objects.all().iter().fold(0_u64, |sum, object| {
            let beside = match &object.state {
                State::Lock(lock) => lock.writer_waited as u64,
                State::Condvar(condvar) => condvar.state(),
                _ => 0,
            };
            sum.wrapping_add(mix(object.history, beside.wrapping_add(1)))
        });
        mix(mix(state, tasks.wrapping_add(self.state_of_yields())), objects)
    }

    /// The part of the state of a thread that its history does not determine.
    #[inline]
    fn flags(&self, id: TaskId, task: &Task) -> u64 {
        // A thread that has not begun has the same history as a thread whose first operation has to wait.
        let [may_go, is_alive, has_deadline, takes_lock_back] = match &task.state {
            TaskState::Ready => [true, true, false, false],
            TaskState::Ended => [false; 4],
            TaskState::Waiting(Waiting { until, deadline }) => [
                self.may_go_as(id, task),
                true,
                deadline.is_some(),
                matches!(until, Until::Relockable(_)),
            ],
        };
        let flags = [
            may_go,
            is_alive,
            has_deadline,
            takes_lock_back,
            task.park_token,
            task.done.is_some(),
            task.activity.spins(),
            task.announced.yields,
            task.announced.at == self.now,
            task.write_request.is_some() && was_overtaken(self, id),
        ];
        flags.iter().fold(0, |flags, flag| flags << 1 | u64::from(*flag))
    }
}

/// Appends `time` to `history`.
fn mix_time(history: History, time: Duration) -> History {
    mix(mix(history, time.as_secs()), time.subsec_nanos().into())
}
