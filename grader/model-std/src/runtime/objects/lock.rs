//! Mutexes and read-write locks: who holds what, and who is poisoned.

use super::{Lock, Memory, ObjectId, State, Tag, Waited};
use crate::runtime::recorder::Seen;
use crate::runtime::task::{Operation, Site, TaskId, Until};
use crate::runtime::{Runtime, announce, panics, resolve, try_with, with};

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

/// The names of the operations of one kind of lock.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) kind: &'static str,
    pub(crate) write: &'static str,
    pub(crate) try_write: &'static str,
    pub(crate) read: &'static str,
    pub(crate) try_read: &'static str,
}

/// A mutex.
pub(crate) static MUTEX: Names = Names {
    kind: "Mutex",
    write: "lock",
    try_write: "try_lock",
    read: "lock",
    try_read: "try_lock",
};
/// A read-write lock.
pub(crate) static RWLOCK: Names = Names {
    kind: "RwLock",
    write: "write",
    try_write: "try_write",
    read: "read",
    try_read: "try_read",
};

fn new_lock() -> State {
    State::Lock(Lock::default())
}

/// The lock's number; `None` outside an execution.
pub(crate) fn id(tag: &Tag, names: &'static Names, memory: &Memory) -> Option<ObjectId> {
    resolve(tag, names.kind, memory, new_lock)
}

/// Takes the lock, waiting until it is free.
pub(crate) fn acquire(lock: Option<ObjectId>, names: &'static Names, mode: Mode, site: Site) -> Acquired {
    let Some(id) = lock else { return outside() };
    let (name, until) = match mode {
        Mode::Write => (names.write, Until::Free(id)),
        Mode::Read => (names.read, Until::Readable(id)),
    };
    let operation = Operation {
        name,
        object: Some(id),
        site: Some(site),
    };
    let writes = mode == Mode::Write && names.kind == RWLOCK.kind;
    let waits = writes && with(|runtime| has_to_wait(runtime, id));
    announce(operation, until, None);
    if mode == Mode::Read && with(|runtime| is_held_up(runtime, id)) {
        announce(operation, Until::ReadableInTurn(id), None);
    }
    with(|runtime| {
        if writes {
            let waited = match (waits, runtime.was_overtaken(runtime.current)) {
                (true, _) => Waited::Yes,
                (false, true) => Waited::Perhaps,
                (false, false) => Waited::No,
            };
            runtime.learned(waited as u64);
            runtime.me().came_after = None;
            runtime.objects.lock_mut(id).writer_waited = waited;
        }
        take(runtime, id, mode, name, site)
    })
}

impl Runtime {
    /// The tasks that wait until they may write.
    pub(in crate::runtime) fn waiting_writers(&self, lock: ObjectId) -> impl Iterator<Item = TaskId> {
        let tasks = self.tasks.iter().enumerate();
        tasks.filter_map(move |(id, task)| (!task.ended && task.until == Until::Free(lock)).then_some(id))
    }

    /// Whether somebody has taken the read-write lock that `task` is about to write to since it came there.
    pub(in crate::runtime) fn was_overtaken(&self, task: TaskId) -> bool {
        let came_after = self.tasks[task].came_after;
        came_after.is_some_and(|(lock, taken)| self.objects.lock(lock).taken != taken)
    }
}

/// Whether the running thread, which wants to write, will have to wait until somebody else gives a lock back.
fn has_to_wait(runtime: &mut Runtime, lock: ObjectId) -> bool {
    let waits = !runtime.holds(runtime.current, Until::Free(lock));
    runtime.learned(waits.into());
    runtime.me().came_after = Some((lock, runtime.objects.lock(lock).taken));
    waits
}

/// Whether a reader, who could join the readers that are inside, has to wait behind a writer that waits for them. `std` lets
/// nobody pass a writer that has gone to sleep; one that is about to does not stop anybody yet. A writer that had to sleep
/// takes it that more do, so when it downgrades, others are held up as well.
fn is_held_up(runtime: &mut Runtime, lock: ObjectId) -> bool {
    !runtime.holds(runtime.current, Until::ReadableInTurn(lock)) && runtime.choose_outcome(2, 2) == 1
}

/// Takes the lock if it is free; `None` if it is not.
pub(crate) fn try_acquire(lock: Option<ObjectId>, names: &'static Names, mode: Mode, site: Site) -> Option<Acquired> {
    let Some(id) = lock else { return Some(outside()) };
    let (name, free) = match mode {
        Mode::Write => (names.try_write, Until::Free(id)),
        Mode::Read => (names.try_read, Until::Readable(id)),
    };
    announce(
        Operation {
            name,
            object: Some(id),
            site: Some(site),
        },
        Until::Now,
        None,
    );
    with(|runtime| {
        let is_free = runtime.holds(runtime.current, free) && !(mode == Mode::Read && is_held_up(runtime, id));
        runtime.learned(is_free.into());
        if is_free {
            return Some(take(runtime, id, mode, name, site));
        }
        runtime.record(name, Some(id), Some(site), |runtime| Seen {
            detail: Some("→ would block".to_owned()),
            state: Some(describe(runtime.objects.lock(id))),
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

/// Marks the lock as taken by the running task.
pub(crate) fn take(runtime: &mut Runtime, id: ObjectId, mode: Mode, name: &'static str, site: Site) -> Acquired {
    let current = runtime.current;
    let panicking = runtime.me().panicking > 0;
    let lock = runtime.objects.lock_mut(id);
    match mode {
        Mode::Write => lock.writer = Some(current),
        Mode::Read => lock.readers.push(current),
    }
    lock.since = Some(site);
    lock.taken += 1;
    let poisoned = lock.poisoned;
    runtime.acquire_from(id);
    runtime.record(name, Some(id), Some(site), |runtime| Seen {
        detail: poisoned.then(|| "→ poisoned".to_owned()),
        state: Some(describe(runtime.objects.lock(id))),
    });
    Acquired {
        poisoned,
        panicking,
        site: Some(site),
    }
}

/// Gives the lock back.
pub(crate) fn release(lock: Option<ObjectId>, mode: Mode, acquired: Acquired, touch: Touch) {
    let Some(id) = lock else { return };
    announce(
        Operation {
            name: "unlock",
            object: Some(id),
            site: acquired.site,
        },
        Until::Now,
        None,
    );
    try_with(|runtime| {
        give_back(runtime, id, mode, acquired, touch);
        runtime.record("unlock", Some(id), None, |runtime| Seen {
            state: Some(describe(runtime.objects.lock(id))),
            ..Seen::default()
        });
    });
}

/// Marks the lock as given back by the running task.
pub(crate) fn give_back(runtime: &mut Runtime, id: ObjectId, mode: Mode, acquired: Acquired, touch: Touch) {
    let current = runtime.current;
    let poisons = mode == Mode::Write && !acquired.panicking && runtime.me().panicking > 0;
    let lock = runtime.objects.lock_mut(id);
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
    runtime.release_to(id);
    if poisons || touch > Touch::Untouched {
        runtime.wrote_to(id);
    }
    if poisons || touch == Touch::Changed {
        runtime.changed();
    }
}

/// Whether a task panicked while it held the lock: for accessors that have it to themselves.
pub(crate) fn is_poisoned(lock: Option<ObjectId>) -> bool {
    lock.is_some_and(|id| with(|runtime| runtime.objects.lock(id).poisoned))
}

/// Whether a task panicked while it held the lock, which other threads may be using.
pub(crate) fn asks_if_poisoned(lock: Option<ObjectId>, site: Site) -> bool {
    let Some(id) = lock else { return false };
    announce(
        Operation {
            name: "is_poisoned",
            object: Some(id),
            site: Some(site),
        },
        Until::Now,
        None,
    );
    with(|runtime| {
        let poisoned = runtime.objects.lock(id).poisoned;
        runtime.record("is_poisoned", Some(id), Some(site), |_| Seen {
            detail: Some(format!("→ {poisoned}")),
            ..Seen::default()
        });
        poisoned
    })
}

/// Forgets that a task panicked while it held the lock.
pub(crate) fn clear_poison(lock: Option<ObjectId>, site: Site) {
    let Some(id) = lock else { return };
    announce(
        Operation {
            name: "clear_poison",
            object: Some(id),
            site: Some(site),
        },
        Until::Now,
        None,
    );
    with(|runtime| {
        let was_poisoned = std::mem::replace(&mut runtime.objects.lock_mut(id).poisoned, false);
        if was_poisoned {
            runtime.changed();
        }
        runtime.record("clear_poison", Some(id), Some(site), |_| Seen::default());
    });
}

/// Who holds the lock, in a word or two.
pub(crate) fn describe(lock: &Lock) -> String {
    match (lock.writer, &lock.readers[..]) {
        (Some(writer), _) => format!("held by {writer}"),
        (None, []) => "free".to_owned(),
        (None, readers) => {
            let readers: Vec<String> = readers.iter().map(usize::to_string).collect();
            format!("read by {}", readers.join(", "))
        }
    }
}

/// Turns a lock held for writing into one held for reading, without a gap.
pub(crate) fn downgrade(lock: Option<ObjectId>, touch: Touch, site: Site) {
    let Some(id) = lock else { return };
    announce(
        Operation {
            name: "downgrade",
            object: Some(id),
            site: Some(site),
        },
        Until::Now,
        None,
    );
    with(|runtime| {
        let current = runtime.current;
        // Only here does it make a difference.
        let perhaps_waited = runtime.objects.lock(id).writer_waited == Waited::Perhaps;
        let waited = perhaps_waited && runtime.choose_outcome(2, 2) == 1;
        let lock = runtime.objects.lock_mut(id);
        if perhaps_waited {
            lock.writer_waited = if waited { Waited::Yes } else { Waited::No };
        }
        lock.writer = None;
        lock.readers.push(current);
        runtime.release_to(id);
        if touch > Touch::Untouched {
            runtime.changed();
        }
        runtime.record("downgrade", Some(id), Some(site), |runtime| Seen {
            state: Some(describe(runtime.objects.lock(id))),
            ..Seen::default()
        });
    });
}
