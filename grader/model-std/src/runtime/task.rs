//! One thread of the program under control, as the scheduler sees it.

use std::any::Any;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::executor::Entry;
use super::objects::ObjectId;
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
    /// Nothing: it may take effect at once.
    Now,
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
    /// The task was notified, and the lock that it gave up while waiting is free.
    Notified {
        /// The condition variable.
        condvar: ObjectId,
        /// The lock to take again.
        lock: ObjectId,
        /// Whether the wait may end by itself after a time.
        has_timeout: bool,
    },
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

/// Who started a task, and with which of its operations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent {
    pub(crate) task: TaskId,
    /// The parent's `seen_operations` then.
    pub(crate) seen_operations: u64,
    /// The parent's `unseen_operations` then.
    pub(crate) unseen_operations: u32,
}

/// One thread of the program.
pub(crate) struct Task {
    /// What it runs; `None` once it has begun.
    pub(crate) entry: Option<Rc<dyn Entry>>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) spawned_at: Option<Site>,
    /// What it is about to do.
    pub(crate) pending: Operation,
    /// What has to hold first.
    pub(crate) until: Until,
    /// The time at which it announced that.
    pub(crate) waits_since: Duration,
    /// The read-write lock that it is about to write to, and how often that had been taken when it came there.
    pub(crate) came_after: Option<(ObjectId, u64)>,
    /// The condition of [`Until::Condition`].
    pub(crate) condition: Option<Rc<dyn Condition>>,
    /// When it stops waiting for that.
    pub(crate) deadline: Option<Duration>,
    /// Whether it asked to let others go first.
    pub(crate) yields: bool,
    /// Whether no other task can tell when its operation takes effect.
    pub(crate) unseen: bool,
    /// Whether it was chosen for an operation that no other task can tell, and has done no other since.
    pub(crate) is_fresh: bool,
    /// How many operations it has performed that other tasks can tell.
    pub(crate) seen_operations: u64,
    /// How many others it has performed since the last of them.
    pub(crate) unseen_operations: u32,
    /// How many of those, from the first, are known to be over: they started a thread which has begun.
    pub(crate) n_over: u32,
    /// Who started it, if that was not the explorer.
    pub(crate) parent: Option<Parent>,
    /// What it has seen (see `visibility`).
    pub(crate) history: super::visibility::History,
    /// Whether its function has returned or panicked; thread-local destructors may still run.
    pub(crate) done: bool,
    /// The time at which that happened, while no other task can know that it did.
    pub(crate) done_unseen: Option<Duration>,
    /// The scope that waits for it, if one does.
    pub(crate) scope: Option<ObjectId>,
    /// Whether nothing of it is left to run.
    pub(crate) ended: bool,
    /// Whether a notification has reached it since it began to wait.
    pub(crate) notified: bool,
    /// Whether the scheduler woke it without a reason.
    pub(crate) spurious: bool,
    /// Whether `unpark` was called since the last `park` returned.
    pub(crate) park_token: bool,
    /// Whether a panic ended its function.
    pub(crate) died: bool,
    /// How many panics it is unwinding.
    pub(crate) panicking: u32,
    /// How many keys it has handed out to hash maps.
    pub(crate) hash_keys: u64,
    /// Whether it runs the program's panic hook.
    pub(crate) in_hook: bool,
    /// The last panic.
    pub(crate) panic: Option<Panic>,
    /// How many operations it has performed.
    pub(crate) operations: u64,
    /// The step of its last operation.
    pub(crate) last_step: u64,
    /// The step at which it last changed something that another thread could see.
    pub(crate) last_effect: u64,
    /// How many operations it has performed since anything in the program changed.
    pub(crate) idle: u32,
    /// The version of the program's state at its last operation.
    pub(crate) seen_version: u64,
    /// Its thread-local values, in the order of their initialisation.
    pub(crate) locals: Vec<Local>,
    /// The last lines on which it did something in vain.
    pub(crate) recent: RecentSites,
}

/// The last few lines on which a task did something.
#[derive(Default)]
pub(crate) struct RecentSites {
    sites: [Option<Site>; 8],
    /// Where the next one goes.
    next: usize,
}

impl RecentSites {
    /// Adds a line, in the place of the oldest.
    pub(crate) fn push(&mut self, site: Site) {
        self.sites[self.next] = Some(site);
        self.next = (self.next + 1) % self.sites.len();
    }

    pub(crate) fn clear(&mut self) {
        if self.sites[0].is_some() {
            *self = Self::default();
        }
    }

    /// The lines, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Site> {
        self.sites.iter().copied().flatten()
    }
}

impl Task {
    pub(crate) fn new(name: Option<Arc<str>>, spawned_at: Option<Site>, entry: Rc<dyn Entry>) -> Self {
        Self {
            entry: Some(entry),
            name,
            spawned_at,
            pending: Operation {
                object: None,
                site: spawned_at,
            },
            until: Until::Now,
            waits_since: Duration::ZERO,
            came_after: None,
            condition: None,
            deadline: None,
            yields: false,
            unseen: true,
            is_fresh: false,
            seen_operations: 0,
            unseen_operations: 0,
            n_over: 0,
            parent: None,
            history: 0,
            done: false,
            done_unseen: None,
            scope: None,
            ended: false,
            notified: false,
            spurious: false,
            park_token: false,
            died: false,
            panicking: 0,
            hash_keys: 0,
            in_hook: false,
            panic: None,
            operations: 0,
            last_step: 0,
            last_effect: 0,
            idle: 0,
            seen_version: 0,
            locals: Vec::new(),
            recent: RecentSites::default(),
        }
    }

    /// Forgets what is left of a task of an execution that is over. What it would have run may borrow from a stack that is gone,
    /// and the destructors of its thread-local values belong to the execution.
    pub(super) fn abandon(&mut self) {
        std::mem::forget(self.entry.take());
        self.locals.drain(..).for_each(std::mem::forget);
    }

    /// Counts the operation that was announced last, which is over.
    pub(crate) fn count_performed(&mut self) {
        if self.unseen {
            self.unseen_operations += 1;
        } else {
            self.seen_operations += 1;
            self.unseen_operations = 0;
            self.n_over = 0;
        }
    }

    /// This task, which has number `task`, as the parent of one that it starts now.
    pub(crate) fn as_parent(&self, task: TaskId) -> Parent {
        Parent {
            task,
            seen_operations: self.seen_operations,
            unseen_operations: self.unseen_operations,
        }
    }

    /// Notes that the function of the task has returned or panicked; `unseen` is the time, if no other task can know yet.
    pub(crate) fn end_function(&mut self, ending: super::threads::Ending, unseen: Option<Duration>) {
        self.done = true;
        self.done_unseen = unseen;
        self.died = ending == super::threads::Ending::Panicked;
        self.panicking = 0;
    }
}
