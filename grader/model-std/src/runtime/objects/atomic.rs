//! Atomics: each access is one operation. It reads the newest value, except in executions with weak memory (see
//! `weak_memory`).

use std::sync::atomic::Ordering;

use super::ObjectId;
use crate::model::statics;
use crate::model::trace::{self, AtomicFunction, AtomicType, MemoryOrder, ObjectState, Op};
use crate::runtime::execution::Execution;
use crate::runtime::task::{Operation, Site};
use crate::runtime::weak_memory::notes;
use crate::runtime::{announce, switch_after_release, try_with};

/// The value of an atomic of any type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    /// The bits of an integer or a `bool`.
    Bits(u64),
    Pointer(*mut ()),
}

impl Value {
    /// The value as a number.
    pub(crate) fn bits(self) -> u64 {
        match self {
            Value::Bits(bits) => bits,
            Value::Pointer(pointer) => pointer as u64,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.bits() == other.bits()
    }
}

impl Eq for Value {}

/// An atomic as a thread finds it in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InMemory {
    pub(crate) address: usize,
    /// The type as which it is used.
    pub(crate) of: AtomicType,
    /// Its size in bytes.
    pub(crate) size: usize,
    pub(crate) value: Value,
    /// The line that uses it.
    pub(crate) site: Site,
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
    /// The ordering, as a trace shows it.
    pub(crate) fn trace_order(&self) -> MemoryOrder {
        trace_order(self.order)
    }
}

/// An ordering, as a trace shows it.
pub(crate) fn trace_order(order: Ordering) -> MemoryOrder {
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
pub(crate) fn id(atomic: &InMemory) -> Option<ObjectId> {
    let id = try_with(|execution| execution.objects.atomic(atomic));
    if id.is_none() {
        statics::note_use_outside(atomic.address);
    }
    id
}

/// Announces an access.
pub(crate) fn announce_access(atomic: Option<ObjectId>, site: Site) {
    announce(Operation {
        object: atomic,
        site: Some(site),
    });
}

/// Describes an access for a trace: the operation, and the value of the atomic afterwards. The argument is the older
/// value that a load returned instead of the newest, if it did. Only called if the execution is recorded.
type Describe<'a> = &'a dyn Fn(Option<Value>) -> (Op, trace::Value);

/// Performs a load. Returns the older value that it returns instead of the `newest`, if it does.
pub(crate) fn loaded(access: &Access, newest: Value, describe: Describe<'_>) -> Option<Value> {
    let older = took_effect(access, describe, |execution| {
        let older = execution.load(access, newest);
        execution.note_value_for_repetition(older.unwrap_or(newest).bits());
        older
    });
    switch_after_weak_load();
    older
}

impl Execution {
    /// Notes the value that the memory of the atomic holds now.
    fn note_newest(&mut self, access: &Access, newest: Value) {
        if let Some(atomic) = access.atomic {
            self.objects.set_newest(atomic, Some(newest));
        }
    }
}

/// Notes a value that was written, so that an execution which writes another one is noticed. Pointers, and numbers that
/// may be addresses, differ in every execution.
fn note_value(execution: &mut Execution, written: Value) {
    const LARGEST: u64 = u32::MAX as u64;
    if let Value::Bits(bits @ ..=LARGEST) = written {
        execution.scheduler.note_operation(bits);
    }
}

/// Notes that a store wrote `new` over `old`.
pub(crate) fn stored(access: &Access, (old, new): (Value, Value), describe: Describe<'_>) {
    took_effect(access, describe, |execution| {
        note_value(execution, new);
        if old != new {
            execution.changed();
        }
        execution.note_value_for_repetition(new.bits());
        execution.note_newest(access, new);
        execution.stored(access, (old, new));
        None
    });
    switch_after_release();
}

/// Notes that a read-modify-write found `old` and wrote `new`.
pub(crate) fn modified(access: &Access, (old, new): (Value, Value), describe: Describe<'_>) {
    took_effect(access, describe, |execution| {
        note_value(execution, new);
        if old != new {
            execution.changed();
        }
        execution.note_value_for_repetition(old.bits());
        execution.note_value_for_repetition(new.bits());
        execution.note_newest(access, new);
        execution.modified(access, (old, new));
        None
    });
    switch_after_release();
}

/// The older value that a compare-exchange reads instead of the `newest`, and with which it fails, if it does. `access`
/// has the ordering for failure.
pub(crate) fn fails_stale(access: &Access, newest: Value, expected: Value) -> Option<Value> {
    try_with(|execution| execution.fails_stale(access, newest, expected))?
}

/// Notes that a compare-exchange failed: it found the newest value, or the older one that [`fails_stale`] returned.
pub(crate) fn failed(access: &Access, newest: Value, older: Option<Value>, describe: Describe<'_>) {
    took_effect(access, describe, |execution| {
        execution.note_value_for_repetition(older.unwrap_or(newest).bits());
        if older.is_none() {
            execution.read_newest(access, newest);
        }
        older
    });
    switch_after_weak_load();
}

/// With weak memory, a thread that stands right after a load has stores that others may miss, if any do at all where
/// reference counts are not seen (see [`Execution::load`]).
fn switch_after_weak_load() {
    if try_with(|execution| execution.owners_are_unknown()).unwrap_or(false) {
        switch_after_release();
    }
}

/// Performs `effect`, which returns the older value that was read instead of the newest, if one was, and records the
/// access. Does nothing outside an execution.
fn took_effect(
    access: &Access,
    describe: Describe<'_>,
    effect: impl FnOnce(&mut Execution) -> Option<Value>,
) -> Option<Value> {
    try_with(|execution| {
        note_ordering(execution, access);
        let older = effect(execution);
        execution.record_with(access.atomic, Some(access.site), |_| {
            let (op, newest) = describe(older);
            let state = access.atomic.map(|atomic| (atomic, ObjectState::Value(newest)));
            (op, state.into_iter().collect())
        });
        older
    })?
}

/// Notes an access that asks for less than sequential consistency.
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
            order: access.trace_order(),
        });
    });
}

/// Notes that the running thread has exclusive access to the atomic and may change it.
pub(crate) fn owned(atomic: Option<ObjectId>) {
    if let Some(atomic) = atomic {
        try_with(|execution| {
            execution.objects.set_newest(atomic, None);
            execution.owned(atomic);
        });
    }
}

/// Whether a weak compare-exchange that could succeed fails spuriously this time.
pub(crate) fn fails_weakly() -> bool {
    try_with(Execution::fails_weakly).unwrap_or(false)
}
