//! Atomics: each access is one operation. All threads agree on one order of them, and see the newest value, unless the
//! settings ask for stale reads (see `weak_memory`).

use std::sync::atomic::Ordering;

use super::{Memory, ObjectId, State, Tag};
use crate::model::trace::{self, AtomicFunction, AtomicType, MemoryOrder, ObjectKind, ObjectState, Op};
use crate::runtime::execution::Execution;
use crate::runtime::task::{Operation, Site};
use crate::runtime::weak_memory::notes;
use crate::runtime::{announce, resolve, try_with};

/// What an atomic holds, whatever its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// An integer or a `bool`, widened.
    Bits(u64),
    Pointer(*mut ()),
}

/// An access to an atomic, or a fence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    /// `None` for a fence, and outside an execution.
    pub(crate) atomic: Option<ObjectId>,
    pub(crate) function: AtomicFunction,
    pub(crate) order: Ordering,
    pub(crate) site: Site,
}

impl Access {
    /// The ordering, as a trace tells it.
    pub(crate) fn told_order(&self) -> MemoryOrder {
        told_order(self.order)
    }
}

/// An ordering, as a trace tells it.
pub(crate) fn told_order(order: Ordering) -> MemoryOrder {
    match order {
        Ordering::Relaxed => MemoryOrder::Relaxed,
        Ordering::Release => MemoryOrder::Release,
        Ordering::Acquire => MemoryOrder::Acquire,
        Ordering::AcqRel => MemoryOrder::AcqRel,
        Ordering::SeqCst => MemoryOrder::SeqCst,
        _ => unreachable!("`std` has no other ordering"),
    }
}

/// The atomic's number; `None` outside an execution.
pub(crate) fn id(tag: &Tag, of: AtomicType, memory: &Memory) -> Option<ObjectId> {
    resolve(tag, ObjectKind::Atomic(of), memory, || State::Atomic)
}

/// Lets other threads go before an access takes effect.
pub(crate) fn announce_access(atomic: Option<ObjectId>, site: Site) {
    announce(Operation {
        object: atomic,
        site: Some(site),
    });
}

/// The access as an operation of a trace, and what the atomic holds afterwards; given the value that a load returned in
/// place of the newest. Only asked when a trace is wanted.
type Tell<'a> = &'a dyn Fn(Option<Value>) -> (Op, trace::Value);

/// The value that a load returns in place of the `newest`, if it does.
pub(crate) fn loaded(access: &Access, newest: Value, tell: Tell<'_>) -> Option<Value> {
    took_effect(access, tell, |execution| execution.load(access, newest))
}

/// Notes that a store wrote `new` over `old`.
pub(crate) fn stored(access: &Access, (old, new): (Value, Value), tell: Tell<'_>) {
    took_effect(access, tell, |execution| {
        if old != new {
            execution.changed();
        }
        execution.stored(access, (old, new));
        None
    });
}

/// Notes that a read-modify-write found `old` and wrote `new`.
pub(crate) fn modified(access: &Access, (old, new): (Value, Value), tell: Tell<'_>) {
    took_effect(access, tell, |execution| {
        if old != new {
            execution.changed();
        }
        execution.modified(access, (old, new));
        None
    });
}

/// Notes that a compare-exchange found `old` and failed.
pub(crate) fn failed(access: &Access, old: Value, tell: Tell<'_>) {
    took_effect(access, tell, |execution| {
        execution.read_newest(access, old);
        None
    });
}

/// Performs `effect`, which returns the value that was read in place of the newest, and records the access; nothing
/// outside an execution.
fn took_effect(access: &Access, tell: Tell<'_>, effect: impl FnOnce(&mut Execution) -> Option<Value>) -> Option<Value> {
    try_with(|execution| {
        note_ordering(execution, access);
        let older = effect(execution);
        execution.record_with(access.atomic, Some(access.site), |_| {
            let (op, newest) = tell(older);
            let state = access.atomic.map(|atomic| (atomic, ObjectState::Value(newest)));
            (op, state.into_iter().collect())
        });
        older
    })?
}

/// Notes where a program asks for less than sequential consistency.
fn note_ordering(execution: &Execution, access: &Access) {
    if access.order != Ordering::SeqCst {
        notes::is_weak(access, &execution.objects);
    }
}

/// Performs a fence.
pub(crate) fn fence(order: Ordering, site: Site) {
    let access = Access {
        atomic: None,
        function: AtomicFunction::Fence,
        order,
        site,
    };
    announce_access(None, site);
    try_with(|execution| {
        note_ordering(execution, &access);
        execution.fenced(order);
        execution.record(None, Some(site), |_| Op::Fence {
            order: access.told_order(),
        });
    });
}

/// Notes that the running thread has the atomic to itself and may change it.
pub(crate) fn owned(atomic: Option<ObjectId>) {
    if let Some(atomic) = atomic {
        try_with(|execution| execution.owned(atomic));
    }
}

/// Whether a weak compare-exchange that could succeed fails this time.
pub(crate) fn fails_weakly() -> bool {
    try_with(Execution::fails_weakly).unwrap_or(false)
}
