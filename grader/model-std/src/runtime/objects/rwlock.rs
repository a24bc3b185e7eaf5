//! Read-write locks: readers together, or one writer, and who has to wait behind whom.

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

/// Takes the lock for reading, waiting for writers.
pub(crate) fn read(lock: Option<ObjectId>, site: Site) -> Acquired {
    let Some(id) = lock else { return outside() };
    let operation = Operation {
        object: Some(id),
        site: Some(site),
    };
    announce_wait(operation, Until::Readable(id), None);
    if with(|execution| is_held_up(execution, id)) {
        announce_wait(operation, Until::ReadableInTurn(id), None);
    }
    with(|execution| take_by(execution, id, (Mode::Read, LockFunction::Read), site))
}

/// Takes the lock for reading if that is possible at once; `None` if it is not.
pub(crate) fn try_read(lock: Option<ObjectId>, site: Site) -> Option<Acquired> {
    let Some(id) = lock else { return Some(outside()) };
    announce(Operation {
        object: Some(id),
        site: Some(site),
    });
    with(|execution| {
        let is_free = execution.objects.lock(id).writer.is_none() && !is_held_up(execution, id);
        try_take_by(execution, id, (Mode::Read, LockFunction::TryRead), is_free, site)
    })
}

/// Whether a reader that could join the readers inside has to wait behind a writer that waits for them.
///
/// `std` lets nobody pass a writer that has gone to sleep, but a writer that is only about to sleep stops nobody. A
/// writer that had to sleep assumes that others do too, so when it downgrades, further readers are held up as well.
fn is_held_up(execution: &mut Execution, lock: ObjectId) -> bool {
    !execution.holds(execution.current, Until::ReadableInTurn(lock)) && execution.choose_outcome(2, 2) == 1
}

/// Takes the lock for writing, waiting until nobody holds it.
pub(crate) fn write(lock: Option<ObjectId>, site: Site) -> Acquired {
    let Some(id) = lock else { return outside() };
    let operation = Operation {
        object: Some(id),
        site: Some(site),
    };
    let waits = with(|execution| {
        let waits = !execution.objects.lock(id).is_free();
        execution.learned(waits.into());
        execution.me().came_after = Some((id, execution.objects.lock(id).taken));
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
        execution.me().came_after = None;
        execution.objects.lock_mut(id).writer_waited = waited;
        take_by(execution, id, (Mode::Write, LockFunction::Write), site)
    })
}

/// Whether another thread has taken the lock that `task` is about to write to, since it came there.
pub(in crate::runtime) fn was_overtaken(execution: &Execution, task: TaskId) -> bool {
    let came_after = execution.tasks[task].came_after;
    came_after.is_some_and(|(lock, taken)| execution.objects.lock(lock).taken != taken)
}

/// Takes the lock for writing if it is free; `None` if it is not.
pub(crate) fn try_write(lock: Option<ObjectId>, site: Site) -> Option<Acquired> {
    let Some(id) = lock else { return Some(outside()) };
    announce(Operation {
        object: Some(id),
        site: Some(site),
    });
    with(|execution| {
        let is_free = execution.objects.lock(id).is_free();
        try_take_by(execution, id, (Mode::Write, LockFunction::TryWrite), is_free, site)
    })
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
        // Whether the writer had to wait makes a difference only here, so it is only chosen here.
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

/// Whether a reader need not wait: no writer is inside, and the reader passes no writer that waits for the readers
/// inside.
pub(in crate::runtime) fn is_readable_in_turn(execution: &Execution, lock: ObjectId) -> bool {
    let held = execution.objects.lock(lock);
    let has_turn = || held.writer_waited != Waited::Yes && waiting_writers(execution, lock).next().is_none();
    held.writer.is_none() && (held.readers.is_empty() || has_turn())
}

/// The tasks that wait until they may write.
pub(in crate::runtime) fn waiting_writers(execution: &Execution, lock: ObjectId) -> impl Iterator<Item = TaskId> {
    let tasks = execution.tasks.iter().enumerate();
    tasks.filter_map(move |(id, task)| (task.waits_until() == Some(Until::Free(lock))).then_some(id))
}
