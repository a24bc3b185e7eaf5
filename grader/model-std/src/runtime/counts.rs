//! The reference counts of `Arc`, which is the real one: when its threads may switch, and what they learn.
//!
//! `Arc` and `Weak` change their counts by atomic instructions. In a crate that is compiled for it, each of these
//! instructions is a call (see [`hooks`]), so the runtime knows the address of the count, what is done to it and with
//! which ordering.
//!
//! *Invisible until it matters.* Most programs only clone and drop an `Arc`, and no thread can tell when another one
//! does that. Then an access is no operation: it is no scheduling point, and no trace has it. It is one as soon as the
//! execution shows that the order of accesses makes a difference:
//!
//! * A thread looks at a count that another thread changes, and neither access happens before the other.
//! * The last owner drops an `Arc`, the destructor performs operations, and another thread might have been the last.
//!
//! The explorer then starts again, with accesses as scheduling points from the start (see
//! [`Counts`](crate::model::Counts)). Here, one access happens before another if they are in one thread, or if the
//! thread of the first one was joined, or had yet to start the thread of the second one. Locks, channels and the like
//! do not count: a thread that says that it is done usually drops its `Arc` only afterwards.
//!
//! `Arc::into_inner` is an exception. It uses the count exactly as a drop does. So where it only depends on the order
//! which thread is the last owner, the explorer adds some executions with scheduling points.
//!
//! A count that only the running thread can reach is never a scheduling point.
//!
//! *Histories* (see `visibility`): an increment tells a thread nothing. A decrement tells whether it was the last. Any
//! other access tells the count. Together the histories of the threads determine all counts, so a count needs no
//! history of its own.

pub(crate) mod hooks;

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use super::execution::Execution;
use super::objects::{ObjectId, Origin, State};
use super::task::{Operation, TaskId};
use super::visibility::Mixed;
use super::{announce, with_undisturbed};
use crate::model::Counts;
use crate::model::trace::{Backtrace, CountAccess, CountKind, ObjectKind, ObjectState, Op, Value};

/// In an `Arc`'s allocation, the count of `Weak`s comes right after that of owners.
const WEAK_OFFSET: usize = size_of::<usize>();

/// The count of `Weak`s while `Arc::get_mut` looks whether there is only one owner.
const LOCKED: u64 = u64::MAX;

/// What is done to a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Add,
    Remove,
    Load,
    Store(u64),
    Swap(u64),
    CompareExchange { expected: u64, new: u64 },
}

/// The orderings of an access. Those for success and for failure are the same unless it is a compare-exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Orders {
    pub(crate) success: Ordering,
    pub(crate) failure: Ordering,
}

/// What executions have shown about reference counts while their accesses were no choices.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CountUses {
    /// The order of accesses makes a difference.
    pub(crate) matter: bool,
    /// The order of accesses decides which thread is the last owner.
    pub(crate) last_owner_varies: bool,
}

impl CountUses {
    /// Adds what another execution has shown.
    pub(crate) fn add(&mut self, other: CountUses) {
        self.matter |= other.matter;
        self.last_owner_varies |= other.last_owner_varies;
    }
}

/// All that is known of reference counts in one execution.
pub(crate) struct ReferenceCounts {
    /// Whether any code in the process calls the hooks.
    is_enabled: bool,
    tables: Tables,
    /// How many loads and destructors are pending, in all threads.
    n_pending: usize,
    pub(super) uses: CountUses,
}

/// Tables whose memory the next execution reuses.
#[derive(Default)]
pub(super) struct Tables {
    /// The counts that were used, by address. Those of an allocation are removed when it is freed.
    counts: HashMap<usize, Count, Mixed>,
    /// By task.
    threads: Vec<ThreadUses>,
}

impl Tables {
    /// Empty tables.
    pub(super) const fn new() -> Self {
        Self {
            counts: HashMap::with_hasher(Mixed::new()),
            threads: Vec::new(),
        }
    }
}

/// A count that was used in this execution.
#[derive(Debug, Default)]
struct Count {
    /// The value after the last access.
    value: u64,
    /// Its number, once an access to it was a scheduling point.
    object: Option<ObjectId>,
    /// The thread that used it first.
    first: Uses,
    /// The other threads that used it.
    others: Vec<Uses>,
}

/// When a thread last used a count; each time is an epoch of the thread, or 0 for never.
#[derive(Clone, Copy, Debug, Default)]
struct Uses {
    task: TaskId,
    /// When it changed the count.
    changed: u32,
    /// When it did something that depends on the value.
    observed: u32,
}

/// What is known of one thread.
#[derive(Debug, Default)]
struct ThreadUses {
    /// Counts the threads that it has started.
    epoch: u32,
    /// Its epoch when its function ended. Only thread-local destructors run after that.
    function_end: u32,
    /// By task: the last epoch of that task which is known to be over.
    known: Vec<u32>,
    /// A load that was performed last, so that its purpose is not known yet.
    load: Option<PendingLoad>,
    /// The counts of the `Arc`s whose contents the thread is dropping as the last owner, although another thread might
    /// have been the last.
    destroying: Vec<usize>,
    /// Whether it has locked a count of `Weak`s to look whether it is the only owner.
    has_locked: bool,
}

/// A load of a count. `Arc::downgrade` and `Weak::upgrade` begin with a load that tells the program nothing.
#[derive(Debug)]
struct PendingLoad {
    address: usize,
    value: u64,
    was_point: bool,
    /// The return addresses, if they are wanted.
    calls: Backtrace,
}

/// How an access is performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// At once.
    AtOnce,
    /// As a scheduling point.
    Announced,
}

/// Performs an access to the count at `address`. `perform` does what the program asks for and returns the value that it
/// found; `value` is the value now.
fn access(
    address: usize,
    access: Access,
    orders: Orders,
    value: impl FnOnce() -> u64,
    perform: impl FnOnce() -> u64,
) -> u64 {
    // An `Arc` keeps its counts on the heap. A static with an atomic is one of `std`, such as the count of panics that
    // `MutexGuard` looks at.
    if is_in_static(address) {
        return perform();
    }
    let Some(turn) = with_undisturbed(|execution| execution.turn_for_count(address, access, value())).flatten() else {
        return perform();
    };
    if turn == Turn::Announced {
        announce(Operation {
            object: None,
            site: None,
        });
    }
    let found = perform();
    with_undisturbed(|execution| {
        let used = Used {
            address,
            access,
            orders,
            found,
            was_point: turn == Turn::Announced,
        };
        execution.used_count(used);
    });
    found
}

/// Whether a static of the executable is at `address`.
#[cfg(target_os = "linux")]
fn is_in_static(address: usize) -> bool {
    unsafe extern "C" {
        // The linker defines them: the first byte of the executable in memory, and the first one after it.
        static __executable_start: u8;
        static end: u8;
    }
    (&raw const __executable_start).addr() <= address && address < (&raw const end).addr()
}

/// Whether a static of the executable is at `address`.
#[cfg(not(target_os = "linux"))]
fn is_in_static(_: usize) -> bool {
    false
}

/// Performs a fence of instrumented code.
fn fence(order: Ordering) {
    with_undisturbed(|execution| execution.fenced(order));
}

/// An access that took effect.
#[derive(Clone, Copy, Debug)]
struct Used {
    address: usize,
    access: Access,
    orders: Orders,
    found: u64,
    was_point: bool,
}

impl Used {
    /// Whether it changed the count.
    fn changes(&self) -> bool {
        match self.access {
            Access::Load => false,
            Access::CompareExchange { expected, .. } => self.found == expected,
            Access::Add | Access::Remove | Access::Store(_) | Access::Swap(_) => true,
        }
    }

    /// The value afterwards.
    fn left(&self) -> u64 {
        match self.access {
            Access::Add => self.found.wrapping_add(1),
            Access::Remove => self.found.wrapping_sub(1),
            Access::Store(new) | Access::Swap(new) => new,
            Access::CompareExchange { new, .. } if self.changes() => new,
            Access::Load | Access::CompareExchange { .. } => self.found,
        }
    }
}

impl ThreadUses {
    fn begun() -> Self {
        Self {
            epoch: 1,
            ..Self::default()
        }
    }

    fn learn(&mut self, task: TaskId, epoch: u32) {
        if self.known.len() <= task {
            self.known.resize(task + 1, 0);
        }
        self.known[task] = self.known[task].max(epoch);
    }

    /// Whether `task` may still be in this epoch, as far as the thread knows.
    fn is_concurrent(&self, task: TaskId, epoch: u32) -> bool {
        epoch > self.known.get(task).copied().unwrap_or(0)
    }
}

impl ReferenceCounts {
    /// For an execution that begins. `tables` are empty.
    pub(super) fn new(tables: Tables) -> Self {
        Self {
            is_enabled: hooks::are_called(),
            tables,
            n_pending: 0,
            uses: CountUses::default(),
        }
    }

    /// The empty tables, for reuse.
    pub(super) fn into_tables(self) -> Tables {
        let mut tables = self.tables;
        tables.counts.clear();
        tables.threads.clear();
        tables
    }

    /// Notes that `parent` starts the thread that was added last.
    pub(super) fn fork(&mut self, parent: TaskId) {
        if !self.is_enabled {
            return;
        }
        let mut child = ThreadUses::begun();
        if let Some(parent_uses) = self.tables.threads.get_mut(parent) {
            child.known.clone_from(&parent_uses.known);
            child.learn(parent, parent_uses.epoch);
            parent_uses.epoch += 1;
        }
        self.tables.threads.push(child);
    }

    /// Notes that the function of `task` ends.
    pub(super) fn note_end(&mut self, task: TaskId) {
        if let Some(uses) = self.tables.threads.get_mut(task) {
            uses.function_end = uses.epoch;
            uses.epoch += 1;
        }
    }

    /// Notes that `task` learns that `ended` has ended, with its thread-local destructors.
    pub(super) fn join(&mut self, task: TaskId, ended: TaskId) {
        if let Some(uses) = self.tables.threads.get(ended) {
            self.join_until(task, ended, uses.epoch);
        }
    }

    /// Notes that `task` learns that the function of `ended` has ended.
    pub(super) fn join_function(&mut self, task: TaskId, ended: TaskId) {
        if let Some(uses) = self.tables.threads.get(ended) {
            self.join_until(task, ended, uses.function_end);
        }
    }

    fn join_until(&mut self, task: TaskId, ended: TaskId, epoch: u32) {
        let known = self.tables.threads[ended].known.clone();
        let uses = &mut self.tables.threads[task];
        uses.learn(ended, epoch);
        for (other, epoch) in known.into_iter().enumerate() {
            uses.learn(other, epoch);
        }
    }

    fn thread(&mut self, task: TaskId) -> &mut ThreadUses {
        &mut self.tables.threads[task]
    }

    /// Whether the allocation with the count of owners at `address` is known to have a `Weak`.
    fn has_weak(&self, address: usize) -> bool {
        let weak = self.tables.counts.get(&(address + WEAK_OFFSET));
        weak.is_some_and(|weak| weak.value != 1 && weak.value != LOCKED)
    }

    /// Which count is at `address`. A count of `Weak`s is used only after the count of owners before it, unless an
    /// access itself shows what it is.
    fn kind(&self, address: usize) -> CountKind {
        if self.tables.counts.contains_key(&(address - WEAK_OFFSET)) {
            CountKind::Weak
        } else {
            CountKind::Strong
        }
    }

    /// Notes that `task` has used a count, and left `value` in it. Returns whether another thread uses it
    /// concurrently: changes it, and whether one of the two accesses depends on the order.
    fn note_use(&mut self, task: TaskId, (address, found, left): (usize, u64, u64), how: How) -> Concurrent {
        let Tables { counts, threads } = &mut self.tables;
        let count = counts.entry(address).or_default();
        // Whatever it was, that was another allocation or is no longer known.
        if count.value != found {
            *count = Count::default();
        }
        count.value = left;
        let me = &threads[task];
        let is_concurrent = |uses: &Uses, epoch: u32| uses.task != task && me.is_concurrent(uses.task, epoch);
        let all = || std::iter::once(&count.first).chain(&count.others);
        let changes = all().any(|uses| is_concurrent(uses, uses.changed));
        let observes = all().any(|uses| is_concurrent(uses, uses.observed));
        let epoch = me.epoch;
        let is_first = count.first.changed == 0 && count.first.observed == 0;
        let uses = if is_first || count.first.task == task {
            count.first.task = task;
            &mut count.first
        } else {
            let index = count.others.iter().position(|uses| uses.task == task);
            let index = index.unwrap_or_else(|| {
                count.others.push(Uses {
                    task,
                    ..Uses::default()
                });
                count.others.len() - 1
            });
            &mut count.others[index]
        };
        if how.changes {
            uses.changed = epoch;
        }
        if how.observes {
            uses.observed = epoch;
        }
        Concurrent {
            changes,
            matters: how.observes && changes || how.changes && observes,
        }
    }
}

/// What an access does to a count.
#[derive(Clone, Copy, Debug)]
struct How {
    changes: bool,
    /// What the thread does next depends on the count.
    observes: bool,
}

/// What other threads do to a count, concurrently with an access.
#[derive(Clone, Copy, Debug)]
struct Concurrent {
    changes: bool,
    /// The order makes a difference.
    matters: bool,
}

impl Execution {
    /// Whether accesses to counts are scheduling points.
    fn chooses_counts(&self) -> bool {
        self.scheduler.optional.counts == Counts::Chosen || self.counts.uses.matter
    }

    /// Whether another thread has not ended.
    fn has_others(&self) -> bool {
        let mut tasks = self.tasks.iter().enumerate();
        tasks.any(|(id, task)| id != self.current && task.is_alive())
    }

    /// When the running thread performs an access to a count that holds `value`. `None` if it is nothing to the model.
    fn turn_for_count(&mut self, address: usize, access: Access, value: u64) -> Option<Turn> {
        if self.end.is_some() || !self.counts.is_enabled {
            return None;
        }
        if self.completes_load(address, access) {
            return Some(Turn::AtOnce);
        }
        self.settle_load();
        let is_point = self.chooses_counts() && self.has_others() && self.others_can_use(address, access, value);
        self.me().is_at_count = is_point;
        Some(if is_point { Turn::Announced } else { Turn::AtOnce })
    }

    /// Whether the access is the second half of an increment that began with the pending load.
    fn completes_load(&mut self, address: usize, access: Access) -> bool {
        let load = &self.counts.thread(self.current).load;
        let Access::CompareExchange { expected, new } = access else {
            return false;
        };
        load.as_ref().is_some_and(|load| {
            load.address == address && load.value == expected && expected.checked_add(1) == Some(new)
        })
    }

    /// Whether another thread might use the count while the running one performs this access.
    fn others_can_use(&mut self, address: usize, access: Access, value: u64) -> bool {
        let has_locked = self.counts.thread(self.current).has_locked;
        match access {
            Access::Store(_) => false,
            Access::Load | Access::Swap(_) => !has_locked,
            Access::CompareExchange { new: LOCKED, .. } => {
                let owners = self.counts.tables.counts.get(&(address - WEAK_OFFSET));
                owners.is_some_and(|owners| owners.value != 1)
            }
            Access::Add | Access::Remove | Access::CompareExchange { .. } => value > 1 || self.counts.has_weak(address),
        }
    }

    /// Notes an access of the running thread that took effect.
    fn used_count(&mut self, used: Used) {
        let Used {
            address,
            access,
            orders,
            found,
            was_point,
        } = used;
        self.me().is_at_count = false;
        let task = self.current;
        let changes = used.changes();
        let order = if access == Access::Load || changes {
            orders.success
        } else {
            orders.failure
        };
        match access {
            // `strong_count` and `weak_count` load with `Relaxed`. The documentation of `std` says nothing of that, and
            // programs wait with them until they are the only owner. So a load synchronises here.
            Access::Load => self.read_count(address, Ordering::Acquire),
            Access::Add | Access::Remove | Access::Swap(_) | Access::CompareExchange { .. } => {
                self.read_count(address, order);
            }
            Access::Store(_) => {}
        }
        if changes {
            self.write_count(address, order);
        }
        if access == Access::Load {
            let value = found;
            let calls = if was_point { self.calls() } else { Backtrace::new() };
            self.counts.n_pending += 1;
            self.counts.thread(task).load = Some(PendingLoad {
                address,
                value,
                was_point,
                calls,
            });
            return;
        }
        let completed = self.counts.thread(task).load.take();
        if let Some(load) = completed {
            self.counts.n_pending -= 1;
            // `Weak::upgrade` depends on the count of owners, while `Arc::downgrade` does not depend on that of
            // `Weak`s.
            let is_upgrade = self.counts.tables.counts.contains_key(&(address + WEAK_OFFSET));
            if is_upgrade {
                self.observe_count(address, (found, found + 1), true);
            } else {
                // So that this count is known to be one of `Weak`s.
                self.counts
                    .tables
                    .counts
                    .entry(address - WEAK_OFFSET)
                    .or_insert_with(|| Count {
                        value: 1,
                        ..Count::default()
                    });
                self.change_count(&used);
            }
            if load.was_point {
                self.record_count(address, CountAccess::Add, (found, found + 1), load.calls);
            }
            return;
        }
        let recorded = match access {
            Access::CompareExchange { new, .. } => {
                self.observe_count(address, (found, used.left()), changes);
                self.counts.thread(task).has_locked = new == LOCKED && changes;
                CountAccess::Claim
            }
            Access::Swap(_) => {
                self.observe_count(address, (found, used.left()), true);
                CountAccess::Set
            }
            Access::Store(_) => {
                self.counts.thread(task).has_locked = false;
                self.change_count(&used);
                CountAccess::Set
            }
            Access::Add => {
                self.change_count(&used);
                CountAccess::Add
            }
            Access::Remove => {
                // Recorded first: if it is the last one, the count is forgotten.
                if was_point {
                    let calls = self.calls();
                    self.record_count(address, CountAccess::Remove, (found, used.left()), calls);
                }
                return self.removed_from_count(&used);
            }
            Access::Load => unreachable!("it was dealt with above"),
        };
        if was_point {
            let calls = self.calls();
            self.record_count(address, recorded, (found, used.left()), calls);
        }
    }

    /// Notes that the running thread changed a count, and learned nothing.
    fn change_count(&mut self, used: &Used) -> Concurrent {
        let how = How {
            changes: true,
            observes: false,
        };
        let concurrent = self
            .counts
            .note_use(self.current, (used.address, used.found, used.left()), how);
        self.counts.uses.matter |= concurrent.matters;
        self.note_effect();
        concurrent
    }

    /// Notes that what the running thread does next may depend on the count that it found.
    fn observe_count(&mut self, address: usize, (found, left): (u64, u64), changes: bool) {
        let how = How {
            changes,
            observes: true,
        };
        let concurrent = self.counts.note_use(self.current, (address, found, left), how);
        // Others may have it, even if they have not used the count yet.
        let is_shared = || found > 1 || self.counts.has_weak(address);
        let matters = concurrent.matters || is_shared() && self.has_others();
        self.counts.uses.matter |= matters;
        if self.chooses_counts() {
            self.learned(found);
        }
        if changes {
            self.note_effect();
        }
    }

    /// Notes that the running thread counted one fewer.
    fn removed_from_count(&mut self, used: &Used) {
        let (task, address, was_last) = (self.current, used.address, used.found == 1);
        let concurrent = self.change_count(used);
        if self.chooses_counts() {
            self.learned(was_last.into());
        }
        let owners = address - WEAK_OFFSET;
        if self.counts.kind(address) == CountKind::Weak {
            let destroying = &mut self.counts.thread(task).destroying;
            if destroying.pop_if(|destroyed| *destroyed == owners).is_some() {
                self.counts.n_pending -= 1;
            }
            if was_last {
                self.counts.tables.counts.remove(&address);
                self.counts.tables.counts.remove(&owners);
                self.forget_counts([address, owners]);
            }
        } else if was_last && concurrent.changes {
            self.counts.uses.last_owner_varies = true;
            self.counts.n_pending += 1;
            self.counts.thread(task).destroying.push(address);
        }
    }

    /// Notes that the running thread performs an operation on something else, or ends.
    #[inline]
    pub(super) fn note_operation_between_counts(&mut self) {
        if self.counts.n_pending > 0 {
            self.end_count_uses();
        }
    }

    #[cold]
    fn end_count_uses(&mut self) {
        self.settle_load();
        let destroying = std::mem::take(&mut self.counts.thread(self.current).destroying);
        if !destroying.is_empty() {
            self.counts.n_pending -= destroying.len();
            self.counts.uses.matter = true;
        }
    }

    /// Takes the pending load of the running thread for one that tells the program the count.
    fn settle_load(&mut self) {
        let Some(load) = self.counts.thread(self.current).load.take() else {
            return;
        };
        self.counts.n_pending -= 1;
        self.observe_count(load.address, (load.value, load.value), false);
        if load.was_point {
            self.record_count(load.address, CountAccess::Read, (load.value, load.value), load.calls);
        }
    }

    /// Records an access that was a scheduling point.
    fn record_count(&mut self, address: usize, access: CountAccess, (found, left): (u64, u64), calls: Backtrace) {
        let of = self.counts.kind(address);
        let count = self.counts.tables.counts.entry(address).or_default();
        if count.value != found && count.value != left {
            *count = Count {
                value: found,
                ..Count::default()
            };
        }
        let objects = &mut self.objects;
        let object = *count.object.get_or_insert_with(|| {
            let kind = match of {
                CountKind::Strong => ObjectKind::StrongCount,
                CountKind::Weak => ObjectKind::WeakCount,
            };
            objects.add(kind, Origin::Outside, State::Shim)
        });
        self.record_with(Some(object), None, |_| {
            let state = ObjectState::Value(Value::Unsigned(left));
            (Op::Count { access, of, found }, vec![(object, state)])
        });
        if let Some(recorder) = &mut self.recorder {
            recorder.add_calls(calls);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn only_what_is_in_the_executable_is_in_a_static() {
        static ZERO: AtomicU64 = AtomicU64::new(0);
        static ONE: AtomicU64 = AtomicU64::new(1);
        let on_stack = AtomicU64::new(0);
        let address = |atomic: &AtomicU64| std::ptr::from_ref(atomic).addr();
        assert!(is_in_static(address(&ZERO)) && is_in_static(address(&ONE)));
        assert!(!is_in_static(address(&on_stack)) && !is_in_static(address(&Box::new(AtomicU64::new(0)))));
    }
}
