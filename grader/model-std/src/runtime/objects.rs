//! The table of objects: what the scheduler knows about everything that tasks share. Each kind of object has a file.
//!
//! An object of the program (a mutex, a channel) has a [`Tag`]. The state of the object for the scheduler (which
//! threads hold it or wait for it) is here, in a table that is empty when an execution begins. So a `static` starts
//! afresh in each execution: its tag is from an earlier execution, so it is added to the table again, and its initial
//! bytes are restored. An atomic has no room for a tag: the table knows it by its address (see [`places`]).

pub(crate) mod atomic;
pub(crate) mod barrier;
pub(crate) mod channel;
pub(crate) mod condvar;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) mod descriptors;
pub(crate) mod lock;
pub(crate) mod mutex;
pub(crate) mod once;
pub(crate) mod park;
mod places;
pub(crate) mod rwlock;
pub(crate) mod streams;

use std::cell::Cell;
use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use atomic::{InMemory, Value};
use barrier::Barrier;
use channel::Channel;
use condvar::Condvar;
use lock::Lock;
use once::Once;

pub(super) use places::Places;
pub(crate) use places::forget_memory;

use super::task::{Site, TaskId};
use super::visibility::{History, Mixed};
use crate::model::statics;
use crate::model::trace::{ObjectKind, ObjectState, OnceState};

/// The number of an object in the current execution.
pub(crate) type ObjectId = usize;

/// The number of the execution that is under way on this operating-system thread; 0 outside an execution.
pub(crate) fn current_epoch() -> u64 {
    CURRENT_EPOCH.get()
}

/// Identifies an object of the program from one operation to the next.
pub(crate) struct Tag {
    /// The execution in which it was last used (0: never) and its number there.
    entry: Cell<(u64, ObjectId)>,
    /// The line that created it.
    created_at: Site,
}

// SAFETY: the runtime runs all threads of the program on one operating-system thread, and one execution at a time in
// the whole process, so a tag is never used by two operating-system threads at once.
unsafe impl Sync for Tag {}

impl Tag {
    /// A tag for an object that the calling line creates.
    #[track_caller]
    pub(crate) const fn new() -> Self {
        Self {
            entry: Cell::new((0, 0)),
            created_at: Location::caller(),
        }
    }

    /// A tag for an object that the line `created_at` creates.
    pub(crate) const fn at(created_at: Site) -> Self {
        Self {
            entry: Cell::new((0, 0)),
            created_at,
        }
    }

    /// The number of the object, if the execution that is under way has used it.
    pub(crate) fn current_id(&self) -> Option<ObjectId> {
        let (epoch, id) = self.entry.get();
        (epoch != 0 && epoch == CURRENT_EPOCH.get()).then_some(id)
    }
}

impl std::panic::UnwindSafe for Tag {}
impl std::panic::RefUnwindSafe for Tag {}

/// The state of an object, as far as the scheduler has to know it.
#[derive(Debug)]
pub(crate) enum State {
    /// An atomic: its value is in the program's memory.
    Atomic {
        /// What the memory holds, as far as the model knows; `None` while a thread has exclusive access.
        newest: Option<Value>,
        /// The size of the memory, in bytes.
        size: usize,
    },
    /// A mutex, a read-write lock or a standard stream.
    Lock(Lock),
    /// A condition variable.
    Condvar(Condvar),
    /// A barrier.
    Barrier(Barrier),
    /// Something that is initialised once.
    Once(Once),
    /// A channel.
    Channel(Channel),
    /// A scope of threads.
    Scope {
        /// The threads that were spawned in it and have not ended.
        running: Vec<TaskId>,
    },
    /// An object of the shim of a library, which keeps the state (see `shim`).
    Shim,
}

/// What is known of where an object comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Origin {
    /// The program did not create it.
    Outside,
    /// The line that created it.
    Created(Site),
    /// The line that used it first. Where it was created is not known.
    Used(Site),
}

/// An object in the table.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) kind: ObjectKind,
    pub(crate) origin: Origin,
    pub(crate) state: State,
    /// Represents its contents (see `visibility`); 0 until the first change.
    pub(crate) history: History,
    /// The latest reading of the clock that the thread which changed it last knew of (see `clock`).
    readings: u64,
}

/// The table of one execution.
pub(crate) struct Objects {
    /// The number of the execution, counted from 1 over all operating-system threads, because these share the statics.
    epoch: u64,
    table: Vec<Object>,
    places: Places,
}

/// How many executions the process has begun. Relaxed: a lock separates the executions (see `executor::run`).
static EPOCHS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The number of the execution that is under way on this operating-system thread; 0 for none.
    static CURRENT_EPOCH: Cell<u64> = const { Cell::new(0) };
}

/// The bytes of each value before its first use in the process, by the address of its tag.
type Pristine = HashMap<usize, Box<[MaybeUninit<u8>]>, Mixed>;

/// The initial bytes of the values that outlive an execution.
static PRISTINE: LazyLock<Mutex<Pristine>> = LazyLock::new(Mutex::default);

/// The memory of an object in the program. It must start afresh in every execution.
pub(crate) struct Memory {
    address: *mut MaybeUninit<u8>,
    size: usize,
}

impl Memory {
    /// The memory of `value`.
    pub(crate) fn of<T: ?Sized>(value: &std::cell::UnsafeCell<T>) -> Self {
        let address = value.get();
        // SAFETY: the pointer comes from a live `UnsafeCell`. Only the size is read, which for slices and trait objects
        // is part of the pointer.
        let size = unsafe { size_of_val(&*address) };
        Self {
            address: address.cast(),
            size,
        }
    }

    /// No memory: the whole state of the object is in the table.
    pub(crate) fn none() -> Self {
        Self {
            address: std::ptr::null_mut(),
            size: 0,
        }
    }
}

/// Saves the bytes of a value at its first use in the process, and restores them at its first use in a later execution.
fn save_or_restore(tag: &Tag, memory: &Memory, first_use_ever: bool) {
    let mut pristine = PRISTINE.lock().unwrap_or_else(PoisonError::into_inner);
    let key = std::ptr::from_ref(tag).addr();
    if first_use_ever {
        // SAFETY: the memory is that of a live value. It is sound to read it as `MaybeUninit` bytes, whatever it holds.
        let bytes = unsafe { std::slice::from_raw_parts(memory.address, memory.size) };
        match pristine.get_mut(&key).filter(|kept| kept.len() == bytes.len()) {
            // These bytes are of another value, which was at this address before.
            Some(kept) => kept.copy_from_slice(bytes),
            None => drop(pristine.insert(key, bytes.into())),
        }
    } else if let Some(bytes) = pristine.get(&key).filter(|bytes| bytes.len() == memory.size) {
        // SAFETY: the memory belongs to an `UnsafeCell` that nothing borrows: this is the first use in the execution,
        // and the guards of earlier executions are gone. The bytes are those of the same value before its first use.
        // The present value is not dropped, because it may own memory of an execution that did not finish.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), memory.address, memory.size) };
    }
}

impl Objects {
    /// The empty table of the execution that begins now. `table` and `places` are empty; their memory is reused.
    pub(super) fn new((table, places): (Vec<Object>, Places)) -> Self {
        let epoch = EPOCHS.fetch_add(1, Ordering::Relaxed) + 1;
        CURRENT_EPOCH.set(epoch);
        Self { epoch, table, places }
    }

    /// Ends the table with its execution. Returns what is empty now, for reuse.
    pub(super) fn into_empty(mut self) -> (Vec<Object>, Places) {
        CURRENT_EPOCH.set(0);
        self.table.clear();
        self.places.clear();
        (self.table, self.places)
    }

    /// Adds the object with this tag, at its first use in this execution, and returns its number.
    pub(crate) fn add_tagged(&mut self, tag: &Tag, kind: ObjectKind, memory: &Memory, state: State) -> ObjectId {
        if memory.size > 0 {
            let (epoch, _) = tag.entry.get();
            save_or_restore(tag, memory, epoch == 0);
        }
        let id = self.add(kind, Origin::Created(tag.created_at), state);
        tag.entry.set((self.epoch, id));
        id
    }

    /// Adds an object and returns its number. Called directly for objects without a tag, such as a standard stream.
    pub(crate) fn add(&mut self, kind: ObjectKind, origin: Origin, state: State) -> ObjectId {
        self.table.push(Object {
            kind,
            origin,
            state,
            history: 0,
            readings: 0,
        });
        self.table.len() - 1
    }

    /// The number of an atomic. Adds it if it is none of those that the table knows.
    pub(crate) fn atomic(&mut self, found: &InMemory) -> ObjectId {
        let known = self.places.get(found.address);
        if let Some(id) = known.filter(|id| self.is_same_atomic(*id, found)) {
            return id;
        }
        if known.is_none() {
            statics::note_atomic(found.address, found.size);
        }
        let state = State::Atomic {
            newest: Some(found.value),
            size: found.size,
        };
        let id = self.add(ObjectKind::Atomic(found.of), Origin::Used(found.site), state);
        self.places.insert(found.address, id);
        id
    }

    /// Whether the atomic that is found in the place of `id` is that one. The type makes no difference: a program may
    /// use the same memory as an `AtomicU32` and as an `AtomicI32`.
    fn is_same_atomic(&mut self, id: ObjectId, found: &InMemory) -> bool {
        let State::Atomic { newest, size } = &mut self.table[id].state else {
            return false;
        };
        *size == found.size && *newest.get_or_insert(found.value) == found.value
    }

    /// Notes what the memory of an atomic holds; `None` if a thread may change it without the model.
    pub(crate) fn set_newest(&mut self, atomic: ObjectId, value: Option<Value>) {
        if let State::Atomic { newest, .. } = &mut self.table[atomic].state {
            *newest = value;
        }
    }

    /// Forgets the atomics in the `size` bytes from `address`.
    pub(crate) fn forget_memory(&mut self, address: usize, size: usize) {
        self.places.forget(address, size);
    }

    pub(crate) fn history(&self, id: ObjectId) -> History {
        self.table[id].history
    }

    pub(crate) fn set_history(&mut self, id: ObjectId, history: History) {
        self.table[id].history = history;
    }

    pub(crate) fn readings(&self, id: ObjectId) -> u64 {
        self.table[id].readings
    }

    pub(crate) fn set_readings(&mut self, id: ObjectId, readings: u64) {
        self.table[id].readings = readings;
    }

    /// The state of the object, as a trace shows it; `None` if the state is elsewhere.
    pub(crate) fn trace_state(&self, id: ObjectId) -> Option<ObjectState> {
        Some(match &self.table[id].state {
            State::Lock(lock) => match (lock.writer, &lock.readers[..]) {
                (Some(writer), _) => ObjectState::HeldBy(writer),
                (None, []) => ObjectState::Free,
                (None, readers) => ObjectState::ReadBy(readers.to_vec()),
            },
            State::Condvar(condvar) => ObjectState::Waiting(condvar.waiters.clone()),
            State::Barrier(barrier) => ObjectState::Arrived {
                arrived: barrier.waiting,
                needed: barrier.needed,
            },
            State::Once(once) => ObjectState::Once(match once {
                Once::Incomplete => OnceState::Incomplete,
                Once::Running(task) => OnceState::Running(*task),
                Once::Complete => OnceState::Complete,
                Once::Poisoned => OnceState::Poisoned,
            }),
            State::Channel(channel) => ObjectState::Queue {
                len: channel.len() as usize,
                capacity: channel.capacity,
            },
            State::Atomic { .. } | State::Scope { .. } | State::Shim => return None,
        })
    }

    pub(crate) fn all(&self) -> &[Object] {
        &self.table
    }

    pub(crate) fn lock(&self, id: ObjectId) -> &Lock {
        match &self.table[id].state {
            State::Lock(lock) => lock,
            other => unreachable!("object {id} is no lock but {other:?}"),
        }
    }

    pub(crate) fn lock_mut(&mut self, id: ObjectId) -> &mut Lock {
        match &mut self.table[id].state {
            State::Lock(lock) => lock,
            other => unreachable!("object {id} is no lock but {other:?}"),
        }
    }

    pub(crate) fn condvar(&self, id: ObjectId) -> &Condvar {
        match &self.table[id].state {
            State::Condvar(condvar) => condvar,
            other => unreachable!("object {id} is no condition variable but {other:?}"),
        }
    }

    pub(crate) fn condvar_mut(&mut self, id: ObjectId) -> &mut Condvar {
        match &mut self.table[id].state {
            State::Condvar(condvar) => condvar,
            other => unreachable!("object {id} is no condition variable but {other:?}"),
        }
    }

    pub(crate) fn once(&self, id: ObjectId) -> Once {
        match &self.table[id].state {
            State::Once(once) => *once,
            other => unreachable!("object {id} is not initialised once but {other:?}"),
        }
    }

    pub(crate) fn set_once(&mut self, id: ObjectId, once: Once) {
        self.table[id].state = State::Once(once);
    }

    pub(crate) fn channel(&self, id: ObjectId) -> &Channel {
        match &self.table[id].state {
            State::Channel(channel) => channel,
            other => unreachable!("object {id} is no channel but {other:?}"),
        }
    }

    pub(crate) fn channel_mut(&mut self, id: ObjectId) -> &mut Channel {
        match &mut self.table[id].state {
            State::Channel(channel) => channel,
            other => unreachable!("object {id} is no channel but {other:?}"),
        }
    }

    pub(crate) fn barrier(&self, id: ObjectId) -> Barrier {
        match &self.table[id].state {
            State::Barrier(barrier) => *barrier,
            other => unreachable!("object {id} is no barrier but {other:?}"),
        }
    }

    pub(crate) fn set_barrier(&mut self, id: ObjectId, barrier: Barrier) {
        self.table[id].state = State::Barrier(barrier);
    }

    pub(crate) fn scope_running_mut(&mut self, id: ObjectId) -> &mut Vec<TaskId> {
        match &mut self.table[id].state {
            State::Scope { running } => running,
            other => unreachable!("object {id} is no scope but {other:?}"),
        }
    }

    pub(crate) fn scope_running(&self, id: ObjectId) -> &[TaskId] {
        match &self.table[id].state {
            State::Scope { running } => running,
            other => unreachable!("object {id} is no scope but {other:?}"),
        }
    }
}
