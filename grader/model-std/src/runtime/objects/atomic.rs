//! Atomics: each access is one operation. All threads agree on one order of them, and see the newest value, unless the settings
//! ask for stale reads (see `weak_memory`).

use std::sync::atomic::Ordering;

use super::{Memory, ObjectId, State, Tag};
use crate::runtime::recorder::Seen;
use crate::runtime::task::{Operation, Site, Until};
use crate::runtime::weak_memory::notes;
use crate::runtime::{Runtime, announce, resolve, try_with};

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
    pub(crate) name: &'static str,
    pub(crate) order: Ordering,
    pub(crate) site: Site,
}

/// The atomic's number; `None` outside an execution.
pub(crate) fn id(tag: &Tag, kind: &'static str, memory: &Memory) -> Option<ObjectId> {
    resolve(tag, kind, memory, || State::Atomic)
}

/// Lets other threads go before the access `name` takes effect.
pub(crate) fn announce_access(atomic: Option<ObjectId>, name: &'static str, site: Site) {
    announce(
        Operation {
            name,
            object: atomic,
            site: Some(site),
        },
        Until::Now,
        None,
    );
}

/// What an access saw, and what the atomic holds afterwards; given the value that a load returned in place of the newest. Only
/// asked when a trace is wanted.
type Tell<'a> = &'a dyn Fn(Option<Value>) -> (String, String);

/// The value that a load returns in place of the `newest`, if it does.
pub(crate) fn loaded(access: &Access, newest: Value, tell: Tell<'_>) -> Option<Value> {
    took_effect(access, tell, |runtime| runtime.load(access, newest))
}

/// Notes that a store wrote `new` over `old`.
pub(crate) fn stored(access: &Access, (old, new): (Value, Value), tell: Tell<'_>) {
    took_effect(access, tell, |runtime| {
        if old != new {
            runtime.changed();
        }
        runtime.stored(access, (old, new));
        None
    });
}

/// Notes that a read-modify-write found `old` and wrote `new`.
pub(crate) fn modified(access: &Access, (old, new): (Value, Value), tell: Tell<'_>) {
    took_effect(access, tell, |runtime| {
        if old != new {
            runtime.changed();
        }
        runtime.modified(access, (old, new));
        None
    });
}

/// Notes that a compare-exchange found `old` and failed.
pub(crate) fn failed(access: &Access, old: Value, tell: Tell<'_>) {
    took_effect(access, tell, |runtime| {
        runtime.read_newest(access, old);
        None
    });
}

/// Performs `effect`, which returns the value that was read in place of the newest, and records the access; nothing outside an
/// execution.
fn took_effect(access: &Access, tell: Tell<'_>, effect: impl FnOnce(&mut Runtime) -> Option<Value>) -> Option<Value> {
    try_with(|runtime| {
        runtime.note_ordering(access);
        let older = effect(runtime);
        runtime.record(access.name, access.atomic, Some(access.site), |_| {
            let (detail, state) = tell(older);
            Seen {
                detail: Some(detail),
                state: Some(state),
            }
        });
        older
    })?
}

/// Performs a fence.
pub(crate) fn fence(order: Ordering, site: Site) {
    let access = Access {
        atomic: None,
        name: "fence",
        order,
        site,
    };
    announce_access(None, access.name, site);
    try_with(|runtime| {
        runtime.note_ordering(&access);
        runtime.fenced(order);
    });
}

/// Notes that the running thread has the atomic to itself and may change it.
pub(crate) fn owned(atomic: Option<ObjectId>) {
    if let Some(atomic) = atomic {
        try_with(|runtime| runtime.owned(atomic));
    }
}

/// Whether a weak compare-exchange that could succeed fails this time.
pub(crate) fn fails_weakly() -> bool {
    try_with(Runtime::fails_weakly).unwrap_or(false)
}

impl Runtime {
    fn note_ordering(&mut self, access: &Access) {
        if access.order != Ordering::SeqCst {
            notes::is_weak(access, &self.objects);
        }
    }
}
