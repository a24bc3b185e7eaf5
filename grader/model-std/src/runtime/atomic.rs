//! Atomics: each access is one operation, in one order that all threads agree on.

use super::object::{Memory, ObjectId, State, Tag};
use super::recorder::Seen;
use super::task::{Operation, Site, Until};
use super::{announce, resolve, with};

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

/// Whether the access changed the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Changed,
    Unchanged,
}

/// Notes that the access took effect. `seen` is only asked when a trace is wanted.
pub(crate) fn accessed(
    atomic: Option<ObjectId>,
    name: &'static str,
    effect: Effect,
    site: Site,
    seen: &dyn Fn() -> (String, String),
) {
    with(|runtime| {
        if !runtime.is_active() {
            return;
        }
        if effect == Effect::Changed {
            runtime.changed();
        }
        runtime.record(name, atomic, Some(site), |_| {
            let (detail, state) = seen();
            Seen {
                detail: Some(detail),
                state: Some(state),
            }
        });
    });
}

/// Whether a weak compare-exchange that could succeed fails this time.
pub(crate) fn fails_weakly() -> bool {
    with(|runtime| runtime.is_active() && runtime.fails_weakly())
}
