//! Mutexes and read-write locks: who holds what, and who is poisoned.

use super::{Lock, Memory, ObjectId, State, Tag, Waited};
use crate::model::trace::{LockFunction, LockOutcome, ObjectKind, Op};
use crate::runtime::execution::Execution;
use crate::runtime::task::{Operation, Site, TaskId, Until};
use crate::runtime::{announce, announce_wait, panics, resolve, try_with, with};

/// How a lock is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Alone.
    Write,
    /// Together with other readers.
    Read,
}

/// What a thread learned by taking a lock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Acquired {
    /// Whether the lock is poisoned.
    pub(crate) poisoned: bool,
    /// Whether the thread was unwinding at that time: then giving it back does not poison it.
    pub(crate) panicking: bool,
    /// The line that took it.
    pub(crate) site: Option<Site>,
}

/// What the holder of a lock did with what it protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Touch {
    /// It never looked.
    Untouched,
    /// It looked. (Something behind a shared reference may have changed, in a `Cell`.)
    Looked,
    /// It asked for it in a way that lets it change it.
    Changed,
}

fn mode(function: LockFunction) -> Mode {
    match function {
        LockFunction::Lock | LockFunction::TryLock | LockFunction::Write | LockFunction::TryWrite => Mode::Write,
        LockFunction::Read | LockFunction::TryRead => Mode::Read,
    }
}

fn new_lock() -> State {
    State::Lock(Lock::default())
}

/// The lock's number; `None` outside an execution.
pub(crate) fn id(tag: &Tag, kind: ObjectKind, memory: &Memory) -> Option<ObjectId> {
    resolve(tag, kind, memory, new_lock)
}

/// Takes the lock, waiting until it is free.
pub(crate) fn acquire(lock: Option<ObjectId>, function: LockFunction, site: Site) -> Acquired {
    let Some(id) = lock else { return outside() };
    let mode = mode(function);
    let until = match mode {
        Mode::Write => Until::Free(id),
        Mode::Read => Until::Readable(id),
    };
    let operation = Operation {
        object: Some(id),
        site: Some(site),
    };
    let writes = function == LockFunction::Write;
    let waits = writes && with(|execution| has_to_wait(execution, id));
    announce_wait(operation, until, None);
    if mode == Mode::Read && with(|execution| is_held_up(execution, id)) {
        announce_wait(operation, Until::ReadableInTurn(id), None);
    }
    with(|execution| {
        if writes {
            let waited = match (waits, execution.was_overtaken(execution.current)) {
                (true, _) => Waited::Yes,
                (false, true) => Waited::Perhaps,
                (false, false) => Waited::No,
            };
            execution.learned(waited as u64);
            execution.me().came_after = None;
            execution.objects.lock_mut(id).writer_waited = waited;
        }
        take_by(execution, id, function, site)
    })
}

impl Execution {
    /// The tasks that wait until they may write.
    pub(in crate::runtime) fn waiting_writers(&self, lock: ObjectId) -> impl Iterator<Item = TaskId> {
        let tasks = self.tasks.iter().enumerate();
        tasks.filter_map(move |(id, task)| (task.waits_until() == Some(Until::Free(lock))).then_some(id))
    }

    /// Whether somebody has taken the read-write lock that `task` is about to write to since it came there.
    pub(in crate::runtime) fn was_overtaken(&self, task: TaskId) -> bool {
        let came_after = self.tasks[task].came_after;
        came_after.is_some_and(|(lock, taken)| self.objects.lock(lock).taken != taken)
    }
}

/// Whether the running thread, which wants to write, will have to wait until somebody else gives a lock back.
fn has_to_wait(execution: &mut Execution, lock: ObjectId) -> bool {
    let waits = !execution.holds(execution.current, Until::Free(lock));
    execution.learned(waits.into());
    execution.me().came_after = Some((lock, execution.objects.lock(lock).taken));
    waits
}

/// Whether a reader, who could join the readers that are inside, has to wait behind a writer that waits for them. `std` lets
/// nobody pass a writer that has gone to sleep; one that is about to does not stop anybody yet. A writer that had to sleep
/// takes it that more do, so when it downgrades, others are held up as well.
fn is_held_up(execution: &mut Execution, lock: ObjectId) -> bool {
    !execution.holds(execution.current, Until::ReadableInTurn(lock)) && execution.choose_outcome(2, 2) == 1
}

/// Takes the lock if it is free; `None` if it is not.
pub(crate) fn try_acquire(lock: Option<ObjectId>, function: LockFunction, site: Site) -> Option<Acquired> {
    let Some(id) = lock else { return Some(outside()) };
    let mode = mode(function);
    let free = match mode {
        Mode::Write => Until::Free(id),
        Mode::Read => Until::Readable(id),
    };
    announce(Operation {
        object: Some(id),
        site: Some(site),
    });
    with(|execution| {
        let is_free = execution.holds(execution.current, free) && !(mode == Mode::Read && is_held_up(execution, id));
        execution.learned(is_free.into());
        if is_free {
            return Some(take_by(execution, id, function, site));
        }
        execution.record(Some(id), Some(site), |_| Op::Lock {
            function,
            outcome: LockOutcome::WouldBlock,
        });
        None
    })
}

fn outside() -> Acquired {
    Acquired {
        poisoned: false,
        panicking: panics::panicking(),
        site: None,
    }
}

/// Marks the lock as taken by the running task in a call of `function`, and records that.
fn take_by(execution: &mut Execution, id: ObjectId, function: LockFunction, site: Site) -> Acquired {
    let acquired = take(execution, id, mode(function), site);
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

/// Marks the lock as taken by the running task.
pub(crate) fn take(execution: &mut Execution, id: ObjectId, mode: Mode, site: Site) -> Acquired {
    let current = execution.current;
    let panicking = execution.me().panics.unwinding > 0;
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

/// Gives the lock back.
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
}

/// Marks the lock as given back by the running task.
pub(crate) fn give_back(execution: &mut Execution, id: ObjectId, mode: Mode, acquired: Acquired, touch: Touch) {
    let current = execution.current;
    let poisons = mode == Mode::Write && !acquired.panicking && execution.me().panics.unwinding > 0;
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
    if lock.writer.is_none() && lock.readers.is_empty() {
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

/// Whether a task panicked while it held the lock: for accessors that have it to themselves.
pub(crate) fn is_poisoned(lock: Option<ObjectId>) -> bool {
    lock.is_some_and(|id| with(|execution| execution.objects.lock(id).poisoned))
}

/// Whether a task panicked while it held the lock, which other threads may be using.
pub(crate) fn asks_if_poisoned(lock: Option<ObjectId>, site: Site) -> bool {
    let Some(id) = lock else { return false };
    announce(Operation {
        object: Some(id),
        site: Some(site),
    });
    with(|execution| {
        let poisoned = execution.objects.lock(id).poisoned;
        execution.record(Some(id), Some(site), |_| Op::IsPoisoned { poisoned });
        poisoned
    })
}

/// Forgets that a task panicked while it held the lock.
pub(crate) fn clear_poison(lock: Option<ObjectId>, site: Site) {
    let Some(id) = lock else { return };
    announce(Operation {
        object: Some(id),
        site: Some(site),
    });
    with(|execution| {
        let was_poisoned = std::mem::replace(&mut execution.objects.lock_mut(id).poisoned, false);
        if was_poisoned {
            execution.changed();
        }
        execution.record(Some(id), Some(site), |_| Op::ClearPoison);
    });
}

/// Turns a lock held for writing into one held for reading, without a gap.
pub(crate) fn downgrade(lock: Option<ObjectId>, touch: Touch, site: Site) {
    let Some(id) = lock else { return };
    announce(Operation {
        object: Some(id),
        site: Some(site),
    });
    with(|execution| {
        let current = execution.current;
        // Only here does it make a difference.
        let perhaps_waited = execution.objects.lock(id).writer_waited == Waited::Perhaps;
        let waited = perhaps_waited && execution.choose_outcome(2, 2) == 1;
        let lock = execution.objects.lock_mut(id);
        if perhaps_waited {
            lock.writer_waited = if waited { Waited::Yes } else { Waited::No };
        }
        lock.writer = None;
        lock.readers.push(current);
        execution.release_to(id);
        if touch > Touch::Untouched {
            execution.changed();
        }
        execution.record(Some(id), Some(site), |_| Op::Downgrade);
    });
}
