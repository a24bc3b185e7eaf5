//! One thread of the program under control, as the scheduler sees it.

use std::any::Any;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::executor::Entry;
use super::fairness::Activity;
use super::objects::ObjectId;
use super::visibility::{History, Parent, Performed};
use crate::model::trace::{OnceFunction, Panic, ReceiveFunction, SendFunction, WakeReason};
use crate::shim::Condition;

/// A thread of the program: 0 is the body of the execution, the others follow in the order of spawning.
pub(crate) type TaskId = usize;

/// A line of the program.
pub(crate) type Site = &'static Location<'static>;

/// What a task is about to do: announced before it happens, so that the scheduler can choose who goes first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// What it is done to.
    pub(crate) object: Option<ObjectId>,
    /// The line that asks for it.
    pub(crate) site: Option<Site>,
}

/// What must hold before an announced operation may take effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// Never true: only a deadline ends the wait.
    Never,
    /// The lock has no writer and no reader.
    Free(ObjectId),
    /// The lock has no writer.
    Readable(ObjectId),
    /// The lock has no writer, and nobody would pass a writer that waits by joining the readers.
    ReadableInTurn(ObjectId),
    /// The lock of a standard stream, which is re-entrant, is free or held by the task itself.
    FreeOrMine {
        /// The lock.
        lock: ObjectId,
        /// What it is taken for.
        hold: Hold,
    },
    /// The task is notified. A notification turns this wait into one until [`Until::Relockable`].
    Notified {
        /// The condition variable.
        condvar: ObjectId,
        /// The lock to take again.
        lock: ObjectId,
        /// Whether the wait may end by itself after a time.
        has_timeout: bool,
    },
    /// The lock that the task gave up while it waited to be notified is free.
    Relockable(ObjectId),
    /// The task's park token is set.
    Unparked {
        /// Whether the wait may end by itself after a time.
        has_timeout: bool,
    },
    /// The task has ended.
    Ended(TaskId),
    /// Every thread of the scope has ended.
    ScopeEmpty(ObjectId),
    /// The barrier has let the generation through.
    Released {
        /// The barrier.
        barrier: ObjectId,
        /// The generation that waits.
        generation: u64,
    },
    /// No initialisation is under way.
    Settled(ObjectId, OnceFunction),
    /// The initialisation was attempted and has ended.
    Initialised(ObjectId, OnceFunction),
    /// The initialisation has come to its end.
    Complete(ObjectId, OnceFunction),
    /// The channel holds a message, or no sender is left.
    Receivable(ObjectId, ReceiveFunction),
    /// The channel has room, or the receiver is gone.
    Sendable(ObjectId, SendFunction),
    /// The message with this number was taken from a channel without room, or the receiver is gone.
    Taken {
        /// The channel.
        channel: ObjectId,
        /// The message's number, counted from 0.
        message: u64,
        /// The function that sent it.
        function: SendFunction,
    },
    /// The task's own condition, which a shim of a library has set (see `shim`).
    Condition,
}

/// What a thread takes the lock of a standard stream for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// For as long as a guard lives.
    Guard,
    /// For one write.
    Write,
}

/// How a task came to run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// What it waited for holds.
    Ready,
    /// Its deadline has passed, and what it waited for does not hold.
    TimedOut,
    /// For no reason at all, as `std` allows.
    Spurious,
}

impl Wake {
    /// Why a wait ended, as a trace tells it.
    pub(crate) fn reason(self) -> WakeReason {
        match self {
            Wake::Ready => WakeReason::Notified,
            Wake::TimedOut => WakeReason::TimedOut,
            Wake::Spurious => WakeReason::Spurious,
        }
    }
}

/// The value of a `thread_local!` in one task.
pub(crate) struct Local {
    /// The address of the key.
    pub(crate) key: usize,
    /// The value; `None` while it is initialised and once it was destroyed.
    pub(crate) value: Option<Box<dyn Any>>,
}

/// How a task announces an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Plain,
    /// It lets others go first.
    Yielding,
    /// No other task can tell when the operation takes effect.
    Invisible,
}

/// The operation that a task announced last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announcement {
    pub(crate) operation: Operation,
    /// The time at which it was announced.
    pub(crate) at: Duration,
    /// Whether no other task can tell when it takes effect.
    pub(crate) is_invisible: bool,
    /// Whether the task lets others go first.
    pub(crate) yields: bool,
}

/// Whether a task can have the next turn.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TaskState {
    /// It runs, or what it has announced may take effect.
    Ready,
    /// It waits.
    Waiting(Waiting),
    /// Nothing of it is left to run.
    Ended,
}

/// What a task waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    /// What has to hold.
    pub(crate) until: Until,
    /// When it stops waiting for that.
    pub(crate) deadline: Option<Duration>,
}

/// How the function of a task came to its end. Thread-local destructors may still run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done {
    pub(crate) ending: Ending,
    /// The time at which that happened, while no other task can know that it did.
    pub(crate) unnoticed_since: Option<Duration>,
}

/// Whether the function of a task returned or panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Returned,
    Panicked,
}

/// The panics of a task.
#[derive(Debug, Default)]
pub(crate) struct Panics {
    /// How many it is unwinding.
    pub(crate) unwinding: u32,
    /// Whether it runs the program's panic hook.
    pub(crate) in_hook: bool,
    /// The last one.
    pub(crate) last: Option<Panic>,
}

/// One thread of the program.
pub(crate) struct Task {
    /// What it runs; `None` once it has begun.
    pub(crate) entry: Option<Rc<dyn Entry>>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) spawned_at: Option<Site>,
    /// Who started it, if that was not the explorer.
    pub(crate) parent: Option<Parent>,
    /// The scope that waits for it, if one does.
    pub(crate) scope: Option<ObjectId>,
    pub(crate) state: TaskState,
    pub(crate) announced: Announcement,
    /// The condition of [`Until::Condition`].
    pub(crate) condition: Option<Rc<dyn Condition>>,
    /// The read-write lock that it is about to write to, and how often that had been taken when it came there.
    pub(crate) came_after: Option<(ObjectId, u64)>,
    /// Whether `unpark` was called since the last `park` returned.
    pub(crate) park_token: bool,
    /// How its function came to its end, if it has.
    pub(crate) done: Option<Done>,
    pub(crate) panics: Panics,
    /// What it has seen (see `visibility`).
    pub(crate) history: History,
    pub(crate) performed: Performed,
    pub(crate) activity: Activity,
    /// How many keys it has handed out to hash maps.
    pub(crate) hash_keys: u64,
    /// Its thread-local values, in the order of their initialisation.
    pub(crate) locals: Vec<Local>,
}

impl Task {
    /// A task that is ready to start `entry`.
    pub(crate) fn new(name: Option<Arc<str>>, spawned_at: Option<Site>, entry: Rc<dyn Entry>) -> Self {
        Self {
            entry: Some(entry),
            name,
            spawned_at,
            parent: None,
            scope: None,
            state: TaskState::Ready,
            announced: Announcement {
                operation: Operation {
                    object: None,
                    site: spawned_at,
                },
                at: Duration::ZERO,
                is_invisible: true,
                yields: false,
            },
            condition: None,
            came_after: None,
            park_token: false,
            done: None,
            panics: Panics::default(),
            history: 0,
            performed: Performed::default(),
            activity: Activity::default(),
            hash_keys: 0,
            locals: Vec::new(),
        }
    }

    /// Forgets what is left of a task of an execution that is over. What it would have run may borrow from a stack that
    /// is gone, and the destructors of its thread-local values belong to the execution.
    pub(super) fn abandon(&mut self) {
        std::mem::forget(self.entry.take());
        self.locals.drain(..).for_each(std::mem::forget);
    }

    /// Whether something of it is left to run.
    pub(crate) fn is_alive(&self) -> bool {
        !matches!(self.state, TaskState::Ended)
    }

    /// What it waits for, if it waits.
    pub(crate) fn waits_until(&self) -> Option<Until> {
        match self.state {
            TaskState::Waiting(Waiting { until, .. }) => Some(until),
            TaskState::Ready | TaskState::Ended => None,
        }
    }

    /// When it stops waiting, if it does.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self.state {
            TaskState::Waiting(Waiting { deadline, .. }) => deadline,
            TaskState::Ready | TaskState::Ended => None,
        }
    }

    /// Notes that the task is notified. From now on it waits for the lock only, and no deadline ends that.
    pub(crate) fn note_notification(&mut self) {
        if let Some(Until::Notified { lock, .. }) = self.waits_until() {
            self.state = TaskState::Waiting(Waiting {
                until: Until::Relockable(lock),
                deadline: None,
            });
        }
    }

    /// Whether a panic ended its function.
    pub(crate) fn has_panicked(&self) -> bool {
        self.done.is_some_and(|done| done.ending == Ending::Panicked)
    }

    /// Whether its function came to its end at `now`, and no other task can know that it did.
    pub(crate) fn is_done_unnoticed(&self, now: Duration) -> bool {
        self.done.is_some_and(|done| done.unnoticed_since == Some(now))
    }

    /// Notes that another task knows that its function has come to its end.
    pub(crate) fn note_end_is_known(&mut self) {
        if let Some(done) = &mut self.done {
            done.unnoticed_since = None;
        }
    }

    /// Notes that its function has come to its end; `unnoticed_since` is the time, if no other task can know yet.
    pub(crate) fn end_function(&mut self, ending: Ending, unnoticed_since: Option<Duration>) {
        self.done = Some(Done {
            ending,
            unnoticed_since,
        });
        self.panics.unwinding = 0;
    }
}
