//! Mutexes. The lock of standard input is one of them.

use super::lock::{Acquired, Lock, Mode, outside, take_by, try_take_by};
use super::{Memory, ObjectId, State, Tag};
use crate::model::trace::{LockFunction, ObjectKind};
use crate::runtime::task::{Operation, Site, Until};
use crate::runtime::{announce, announce_wait, resolve, with};

/// The mutex's number; `None` outside an execution.
pub(crate) fn id(tag: &Tag, memory: &Memory) -> Option<ObjectId> {
    resolve(tag, ObjectKind::Mutex, memory, || State::Lock(Lock::default()))
}

/// Takes the mutex, and waits until it is free.
pub(crate) fn lock(mutex: Option<ObjectId>, site: Site) -> Acquired {
    let Some(id) = mutex else { return outside() };
    let operation = Operation::on(id, site);
    announce_wait(operation, Until::Free(id), None);
    with(|execution| take_by(execution, id, (Mode::Write, LockFunction::Lock), site))
}

/// Takes the mutex if it is free; `None` if it is not.
pub(crate) fn try_lock(mutex: Option<ObjectId>, site: Site) -> Option<Acquired> {
    let Some(id) = mutex else { return Some(outside()) };
    announce(Operation::on(id, site));
    with(|execution| {
        let is_free = execution.objects.lock(id).is_free();
        try_take_by(execution, id, (Mode::Write, LockFunction::TryLock), is_free, site)
    })
}
