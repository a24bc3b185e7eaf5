//! One thread of the program under control, as the scheduler sees it.

use std::any::Any;
use std::ops::Deref;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::executor::{Entry, Start};
use super::fairness::Activity;
use super::objects::ObjectId;
use super::objects::once::KnownComplete;
use super::panics;
use super::stacks::{self, Stack};
use super::visibility::{History, OperationCounts, Parent};
use crate::model::trace::{OnceFunction, Panic, ReceiveFunction, SendFunction, WakeReason};
use crate::shim::Condition;

/// A thread of the program: 0 is the body of the execution, the others follow in the order of spawning.
pub(crate) type TaskId = usize;

/// A location in the program that calls an operation.
pub(crate) type Site = &'static Location<'static>;

/// The name of a thread.
///
/// A handle to a thread is a generic type, so the program compiles its clone and its drop, and would call the hooks for
/// the count of an `Arc` in it (see `counts`). Here the count is only used by functions of this crate.
pub(crate) struct ThreadName(Option<Arc<str>>);

impl From<&str> for ThreadName {
    #[inline(never)]
    fn from(name: &str) -> Self {
        Self(Some(name.into()))
    }
}

impl Clone for ThreadName {
    #[inline(never)]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Drop for ThreadName {
    #[inline(never)]
    fn drop(&mut self) {
        self.0 = None;
    }
}

impl Deref for ThreadName {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

/// What a task is about to do. It is announced before it happens, so that the scheduler can choose which task goes
/// first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// The object that it uses.
    pub(crate) object: Option<ObjectId>,
    /// The line of the program.
    pub(crate) site: Option<Site>,
}

impl Operation {
    /// An operation on `object`, which the line `site` calls.
    pub(crate) fn on(object: ObjectId, site: Site) -> Self {
        Self {
            object: Some(object),
            site: Some(site),
        }
    }

    /// An operation without an object, which the line `site` calls.
    pub(crate) fn at(site: Site) -> Self {
        Self {
            object: None,
            site: Some(site),
        }
    }
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
    /// The lock has no writer, and by joining the readers the task would not overtake a waiting writer.
    ReadableInTurn(ObjectId),
    /// The lock of a standard stream, which is re-entrant, is free or held by the task itself.
    FreeOrMine {
        /// The lock.
        lock: ObjectId,
        /// What it is taken for.
        hold: Hold,
    },
    /// The task is notified. A notification turns this condition into [`Until::Relockable`].
    Notified {
        /// The condition variable.
        condvar: ObjectId,
        /// The lock to take again.
        lock: ObjectId,
        /// Whether the wait has a timeout.
        has_timeout: bool,
    },
    /// The lock that the task gave up while it waited to be notified is free.
    Relockable(ObjectId),
    /// The task's park token is set.
    Unparked {
        /// Whether the wait has a timeout.
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
    /// An attempt to initialise has ended.
    Initialised(ObjectId, OnceFunction),
    /// The initialisation is complete.
    Complete(ObjectId, OnceFunction),
    /// The channel holds a message, or no sender is left.
    Receivable(ObjectId, ReceiveFunction),
    /// The channel has room, or the receiver is gone.
    Sendable(ObjectId, SendFunction),
    /// The message with this number was received from a rendezvous channel, or the receiver is gone.
    Taken {
        /// The channel.
        channel: ObjectId,
        /// The message's number, counted from 0.
        message: u64,
        /// The function that sent it.
        function: SendFunction,
    },
    /// The condition that the shim of a library has set for the task (see `shim`).
    Condition,
}

/// For how long a thread takes the lock of a standard stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// While a guard lives.
    Guard,
    /// For one write.
    Write,
}

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// The condition holds.
    Ready,
    /// The deadline has passed, and the condition does not hold.
    TimedOut,
    /// Spuriously, as `std` allows.
    Spurious,
}

impl Wake {
    /// Why a wait ended, as a trace shows it.
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
    /// The value; `None` while it is being initialised, and after it was destroyed.
    pub(crate) value: Option<Box<dyn Any>>,
}

/// How a task announces an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Plain,
    /// The task lets others go first.
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
    /// Whether the task may as well go on, without a preemption.
    pub(crate) may_insist: bool,
}

/// Whether a task can have the next turn.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TaskState {
    /// It runs, or its announced operation may take effect.
    Ready,
    /// It waits.
    Waiting(Waiting),
    /// It has ended, including its thread-local destructors.
    Ended,
}

/// What a task waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    /// The condition.
    pub(crate) until: Until,
    /// When the task stops waiting for the condition.
    pub(crate) deadline: Option<Duration>,
}

/// How the function of a task ended. Thread-local destructors may still run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done {
    pub(crate) ending: Ending,
    /// The time at which the function ended, as long as no other task can know that it did.
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
    /// The panics that are unwinding, the first one first.
    pub(crate) unwinding: Vec<Panic>,
    /// Whether it runs the program's panic hook.
    pub(crate) in_hook: bool,
    /// The last one.
    pub(crate) last: Option<Panic>,
}

impl Panics {
    /// Notes a panic, which unwinds from now on.
    pub(crate) fn raised(&mut self, panic: Panic) {
        if !panics::is_aborting(&panic) {
            self.last = Some(panic.clone());
        }
        self.unwinding.push(panic);
    }

    pub(crate) fn is_any_unwinding(&self) -> bool {
        !self.unwinding.is_empty()
    }

    /// The panics that are unwinding and that the program raised, the first one first.
    pub(crate) fn under_way(&self) -> Vec<Panic> {
        let of_program = self.unwinding.iter().filter(|panic| !panics::is_aborting(panic));
        of_program.cloned().collect()
    }
}

/// One thread of the program.
pub(crate) struct Task {
    /// What it runs; `None` once it has begun.
    pub(crate) entry: Option<Rc<dyn Entry>>,
    /// What it will run on; `None` once it has begun.
    pub(super) stack: Option<Stack>,
    pub(crate) name: Option<ThreadName>,
    pub(crate) spawned_at: Option<Site>,
    /// The task that started it; `None` for the body of the execution.
    pub(crate) parent: Option<Parent>,
    /// The scope that waits for it, if it was spawned in one.
    pub(crate) scope: Option<ObjectId>,
    pub(crate) state: TaskState,
    pub(crate) announced: Announcement,
    /// The condition of [`Until::Condition`].
    pub(crate) condition: Option<Rc<dyn Condition>>,
    /// The read-write lock that it is about to take for writing, and how often that lock had been taken when the task
    /// asked for it.
    pub(crate) write_request: Option<(ObjectId, u64)>,
    /// The initialisations that it knows to be complete.
    pub(crate) known_complete: KnownComplete,
    /// Whether it is a thread of a library that has nothing to do (see `shim`).
    pub(crate) is_idle: bool,
    /// Whether it is a thread of a library, which has been idle before.
    pub(crate) is_of_library: bool,
    /// The park token: whether `unpark` was called since the last `park` returned.
    pub(crate) park_token: bool,
    /// How its function ended, once it has.
    pub(crate) done: Option<Done>,
    pub(crate) panics: Panics,
    /// The history of the task (see `visibility`).
    pub(crate) history: History,
    /// The latest reading of the clock that it knows of (see `clock`).
    pub(crate) readings: u64,
    /// The same, of the threads that have unparked it.
    pub(crate) unparked_readings: u64,
    pub(crate) performed: OperationCounts,
    /// Whether it stands right after an operation, so that it has run no plain code since.
    pub(crate) is_after_operation: bool,
    /// Whether it is about to use a reference count, as a scheduling point.
    pub(crate) is_at_count: bool,
    pub(crate) activity: Activity,
    /// How many random numbers it has got.
    pub(crate) random_numbers: u64,
    /// Its thread-local values, in the order of their initialisation.
    pub(crate) locals: Vec<Local>,
}

impl Task {
    /// A task that is ready to start.
    pub(super) fn new(name: Option<ThreadName>, spawned_at: Option<Site>, start: Start) -> Self {
        Self {
            entry: Some(start.entry),
            stack: Some(start.stack),
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
                may_insist: false,
            },
            condition: None,
            write_request: None,
            known_complete: KnownComplete::default(),
            is_idle: false,
            is_of_library: false,
            park_token: false,
            done: None,
            panics: Panics::default(),
            history: 0,
            readings: 0,
            unparked_readings: 0,
            performed: OperationCounts::default(),
            is_after_operation: false,
            is_at_count: false,
            activity: Activity::default(),
            random_numbers: 0,
            locals: Vec::new(),
        }
    }

    /// Forgets what is left of a task after its execution is over. Its function may borrow from a stack that is gone,
    /// and the destructors of its thread-local values belong to the execution.
    pub(super) fn abandon(&mut self) {
        std::mem::forget(self.entry.take());
        if let Some(stack) = self.stack.take() {
            stacks::give_back(stack);
        }
        self.locals.drain(..).for_each(std::mem::forget);
    }

    /// Whether it has not ended.
    pub(crate) fn is_alive(&self) -> bool {
        !matches!(self.state, TaskState::Ended)
    }

    /// The condition that it waits for, if it waits.
    pub(crate) fn waits_until(&self) -> Option<Until> {
        match self.state {
            TaskState::Waiting(Waiting { until, .. }) => Some(until),
            TaskState::Ready | TaskState::Ended => None,
        }
    }

    /// When it stops waiting, if it has a deadline.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self.state {
            TaskState::Waiting(Waiting { deadline, .. }) => deadline,
            TaskState::Ready | TaskState::Ended => None,
        }
    }

    /// Notes that the task is notified. From now on it waits only for the lock, without a deadline.
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

    /// Whether its function ended at time `now`, and no other task can know that it did.
    pub(crate) fn is_done_unnoticed(&self, now: Duration) -> bool {
        self.done.is_some_and(|done| done.unnoticed_since == Some(now))
    }

    /// Notes that another task knows that its function has ended.
    pub(crate) fn note_end_is_known(&mut self) {
        if let Some(done) = &mut self.done {
            done.unnoticed_since = None;
        }
    }

    /// Notes that its function has ended. `unnoticed_since` is the time, if no other task can know it yet.
    pub(crate) fn end_function(&mut self, ending: Ending, unnoticed_since: Option<Duration>) {
        self.done = Some(Done {
            ending,
            unnoticed_since,
        });
        self.panics.unwinding.clear();
    }
}
