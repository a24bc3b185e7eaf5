//! What mutexes and read-write locks have in common: which threads hold them, and whether they are poisoned.

use super::ObjectId;
use crate::model::trace::{LockFunction, LockOutcome, Op};
use crate::runtime::execution::Execution;
use crate::runtime::task::{Operation, Site, TaskId};
use crate::runtime::{announce, panics, switch_after_release, try_with, with};

/// A lock of any kind.
#[derive(Debug, Default)]
pub(crate) struct Lock {
    /// The task that holds it for writing.
    pub(crate) writer: Option<TaskId>,
    /// How often the writer has taken it, for re-entrant locks.
    pub(crate) depth: u32,
    /// The tasks that hold it for reading. A task that holds it twice is listed twice.
    pub(crate) readers: Vec<TaskId>,
    /// Whether the last writer had to wait for it. Reset when the lock becomes free.
    pub(crate) writer_waited: Waited,
    /// How often it was taken.
    pub(crate) taken: u64,
    /// The line on which it was last taken.
    pub(crate) since: Option<Site>,
    /// Whether a task panicked while it wrote.
    pub(crate) poisoned: bool,
}

impl Lock {
    /// Whether no task holds it.
    pub(crate) fn is_free(&self) -> bool {
        self.writer.is_none() && self.readers.is_empty()
    }
}

/// Whether a writer had to wait until another thread gave the lock back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Waited {
    #[default]
    No,
    Yes,
    /// Perhaps: the lock was free when the writer asked for it, but another thread has taken it since.
    Perhaps,
}

/// How a lock is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Exclusively.
    Write,
    /// Shared with other readers.
    Read,
}

/// What a thread learns when it takes a lock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Acquired {
    /// Whether the lock is poisoned.
    pub(crate) poisoned: bool,
    /// Whether the thread was unwinding when it took the lock. Then releasing the lock does not poison it.
    pub(crate) panicking: bool,
    /// The line that took it.
    pub(crate) site: Option<Site>,
}

/// What the holder of a lock did with the protected value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Touch {
    /// It did not access the value.
    Untouched,
    /// It borrowed the value. It may have changed something behind the shared reference, in a `Cell`.
    Looked,
    /// It borrowed the value mutably.
    Changed,
}

/// What a thread learns by taking a lock outside an execution.
pub(super) fn outside() -> Acquired {
    Acquired {
        poisoned: false,
        panicking: panics::panicking(),
        site: None,
    }
}

/// Marks the lock as taken by the running task in a call of `function`, and records that.
pub(super) fn take_by(
    execution: &mut Execution,
    id: ObjectId,
    (mode, function): (Mode, LockFunction),
    site: Site,
) -> Acquired {
    let acquired = take(execution, id, mode, site);
    execution.record(Some(id), Some(site), |_| Op::Lock {
        function,
        outcome: if acquired.poisoned {
            LockOutcome::Poisoned
        } else {
            LockOutcome::Acquired
        },
    });
    acquired
}

/// Takes the lock in a call of `function` if it `is_free`, and records whether it did.
pub(super) fn try_take_by(
    execution: &mut Execution,
    id: ObjectId,
    (mode, function): (Mode, LockFunction),
    is_free: bool,
    site: Site,
) -> Option<Acquired> {
    execution.learned(is_free.into());
    if is_free {
        return Some(take_by(execution, id, (mode, function), site));
    }
    execution.record(Some(id), Some(site), |_| Op::Lock {
        function,
        outcome: LockOutcome::WouldBlock,
    });
    None
}

/// Marks the lock as taken by the running task.
pub(super) fn take(execution: &mut Execution, id: ObjectId, mode: Mode, site: Site) -> Acquired {
    let current = execution.current;
    let panicking = execution.me().panics.is_any_unwinding();
    let lock = execution.objects.lock_mut(id);
    match mode {
        Mode::Write => lock.writer = Some(current),
        Mode::Read => lock.readers.push(current),
    }
    lock.since = Some(site);
    lock.taken += 1;
    let poisoned = lock.poisoned;
    execution.acquire_from(id);
    Acquired {
        poisoned,
        panicking,
        site: Some(site),
    }
}

/// Releases the lock.
pub(crate) fn release(lock: Option<ObjectId>, mode: Mode, acquired: Acquired, touch: Touch) {
    let Some(id) = lock else { return };
    announce(Operation {
        object: Some(id),
        site: acquired.site,
    });
    try_with(|execution| {
        give_back(execution, id, mode, acquired, touch);
        execution.record(Some(id), None, |_| Op::Unlock);
    });
    switch_after_release();
}

/// Marks the lock as released by the running task.
pub(super) fn give_back(execution: &mut Execution, id: ObjectId, mode: Mode, acquired: Acquired, touch: Touch) {
    let current = execution.current;
    let poisons = mode == Mode::Write && !acquired.panicking && execution.me().panics.is_any_unwinding();
    let lock = execution.objects.lock_mut(id);
    match mode {
        Mode::Write => lock.writer = None,
        Mode::Read => {
            if let Some(index) = lock.readers.iter().position(|reader| *reader == current) {
                lock.readers.swap_remove(index);
            } else {
                lock.readers.pop();
            }
        }
    }
    if lock.is_free() {
        lock.writer_waited = Waited::No;
    }
    lock.poisoned |= poisons;
    execution.release_to(id);
    if poisons || touch > Touch::Untouched {
        execution.wrote_to(id);
    }
    if poisons || touch == Touch::Changed {
        execution.changed();
    }
}

/// Whether the lock is poisoned, read without an operation: for methods with exclusive access to the lock.
pub(crate) fn is_poisoned(lock: Option<ObjectId>) -> bool {
    lock.is_some_and(|id| with(|execution| execution.objects.lock(id).poisoned))
}

/// Whether the lock is poisoned, read as an operation, because other threads may use the lock.
pub(crate) fn asks_if_poisoned(lock: Option<ObjectId>, site: Site) -> bool {
    let Some(id) = lock else { return false };
    announce(Operation::on(id, site));
    with(|execution| {
        let poisoned = execution.objects.lock(id).poisoned;
        execution.record(Some(id), Some(site), |_| Op::IsPoisoned { poisoned });
        poisoned
    })
}

/// Clears the poison flag.
pub(crate) fn clear_poison(lock: Option<ObjectId>, site: Site) {
    let Some(id) = lock else { return };
    announce(Operation::on(id, site));
    with(|execution| {
        let was_poisoned = std::mem::replace(&mut execution.objects.lock_mut(id).poisoned, false);
        if was_poisoned {
            execution.changed();
        }
        execution.record(Some(id), Some(site), |_| Op::ClearPoison);
    });
}
