//! Read-write locks: several readers or one writer, and which threads have to wait behind others.

use super::lock::{Acquired, Lock, Mode, Touch, Waited, outside, take_by, try_take_by};
use super::{Memory, ObjectId, State, Tag};
use crate::model::trace::{LockFunction, ObjectKind, Op};
use crate::runtime::execution::Execution;
use crate::runtime::task::{Operation, Site, TaskId, Until};
use crate::runtime::{announce, announce_wait, resolve, with};

/// The lock's number; `None` outside an execution.
pub(crate) fn id(tag: &Tag, memory: &Memory) -> Option<ObjectId> {
    resolve(tag, ObjectKind::RwLock, memory, || State::Lock(Lock::default()))
}

/// Takes the lock for reading, and waits for writers.
pub(crate) fn read(lock: Option<ObjectId>, site: Site) -> Acquired {
    let Some(id) = lock else { return outside() };
    let operation = Operation::on(id, site);
    announce_wait(operation, Until::Readable(id), None);
    if with(|execution| is_held_up(execution, id)) {
        announce_wait(operation, Until::ReadableInTurn(id), None);
    }
    with(|execution| take_by(execution, id, (Mode::Read, LockFunction::Read), site))
}

/// Takes the lock for reading if that is possible without waiting; `None` if it is not.
pub(crate) fn try_read(lock: Option<ObjectId>, site: Site) -> Option<Acquired> {
    let Some(id) = lock else { return Some(outside()) };
    announce(Operation::on(id, site));
    with(|execution| {
        let is_free = execution.objects.lock(id).writer.is_none() && !is_held_up(execution, id);
        try_take_by(execution, id, (Mode::Read, LockFunction::TryRead), is_free, site)
    })
}

/// Whether a reader that could join other readers has to wait behind a waiting writer.
///
/// In `std`, no reader overtakes a writer that sleeps, but a writer that is about to sleep stops no reader. A writer
/// that had to sleep assumes that other threads sleep as well. So when it downgrades, further readers have to wait too.
fn is_held_up(execution: &mut Execution, lock: ObjectId) -> bool {
    !execution.holds(execution.current, &Until::ReadableInTurn(lock)) && execution.choose_outcome(2, 2) == 1
}

/// Takes the lock for writing, and waits until no thread holds it.
pub(crate) fn write(lock: Option<ObjectId>, site: Site) -> Acquired {
    let Some(id) = lock else { return outside() };
    let operation = Operation::on(id, site);
    let waits = with(|execution| {
        let waits = !execution.objects.lock(id).is_free();
        execution.learned(waits.into());
        execution.me().write_request = Some((id, execution.objects.lock(id).taken));
        waits
    });
    announce_wait(operation, Until::Free(id), None);
    with(|execution| {
        let waited = match (waits, was_overtaken(execution, execution.current)) {
            (true, _) => Waited::Yes,
            (false, true) => Waited::Perhaps,
            (false, false) => Waited::No,
        };
        execution.learned(waited as u64);
        execution.me().write_request = None;
        execution.objects.lock_mut(id).writer_waited = waited;
        take_by(execution, id, (Mode::Write, LockFunction::Write), site)
    })
}

/// Whether another thread has taken the lock since `task` asked for it for writing.
pub(in crate::runtime) fn was_overtaken(execution: &Execution, task: TaskId) -> bool {
    let write_request = execution.tasks[task].write_request;
    write_request.is_some_and(|(lock, taken)| execution.objects.lock(lock).taken != taken)
}

/// Takes the lock for writing if it is free; `None` if it is not.
pub(crate) fn try_write(lock: Option<ObjectId>, site: Site) -> Option<Acquired> {
    let Some(id) = lock else { return Some(outside()) };
    announce(Operation::on(id, site));
    with(|execution| {
        let is_free = execution.objects.lock(id).is_free();
        try_take_by(execution, id, (Mode::Write, LockFunction::TryWrite), is_free, site)
    })
}

/// Turns a write lock into a read lock, without releasing it in between.
pub(crate) fn downgrade(lock: Option<ObjectId>, touch: Touch, site: Site) {
    let Some(id) = lock else { return };
    announce(Operation::on(id, site));
    with(|execution| {
        let current = execution.current;
        // Only here does it make a difference whether the writer had to wait, so only here is it chosen.
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

/// Whether a reader need not wait: no writer holds the lock, and the reader overtakes no waiting writer.
pub(in crate::runtime) fn is_readable_in_turn(execution: &Execution, lock: ObjectId) -> bool {
    let held = execution.objects.lock(lock);
    let has_turn = || held.writer_waited != Waited::Yes && waiting_writers(execution, lock).next().is_none();
    held.writer.is_none() && (held.readers.is_empty() || has_turn())
}

/// The tasks that wait to take the lock for writing.
pub(in crate::runtime) fn waiting_writers(execution: &Execution, lock: ObjectId) -> impl Iterator<Item = TaskId> {
    let tasks = execution.tasks.iter().enumerate();
    tasks.filter_map(move |(id, task)| (task.waits_until() == Some(Until::Free(lock))).then_some(id))
}
