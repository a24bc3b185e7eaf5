//! Where a program asks for less than sequential consistency, and where it could have seen older values.
//!
//! Collected over all executions of an exploration, whether or not stale reads are asked for.

use std::cell::RefCell;
use std::sync::atomic::Ordering;

use crate::model::trace::{AtomicAccess, AtomicFunction, AtomicType};
use crate::runtime::objects::Objects;
use crate::runtime::objects::atomic::{Access, told_order};
use crate::runtime::recorder::place;
use crate::runtime::task::Site;

/// An access as the notes know it, without the execution that it belongs to.
#[derive(Clone, Copy, Debug)]
struct Note {
    function: AtomicFunction,
    atomic: Option<AtomicType>,
    created_at: Option<Site>,
    order: Ordering,
    site: Site,
}

impl Note {
    fn new(access: &Access, objects: &Objects) -> Self {
        let object = access.atomic.and_then(|atomic| objects.all().get(atomic));
        Self {
            function: access.function,
            atomic: object.and_then(|object| object.kind.atomic_type()),
            created_at: object.and_then(|object| object.created_at),
            order: access.order,
            site: access.site,
        }
    }

    /// Compares addresses: several for one line are possible, and harmless.
    fn is(&self, other: &Note) -> bool {
        let same =
            |one: Option<Site>, other: Option<Site>| one.map(std::ptr::from_ref) == other.map(std::ptr::from_ref);
        same(Some(self.site), Some(other.site))
            && same(self.created_at, other.created_at)
            && self.order == other.order
            && self.function == other.function
    }

    fn told(&self) -> AtomicAccess {
        AtomicAccess {
            place: place(self.site),
            function: self.function,
            order: told_order(self.order),
            atomic: self.atomic,
            created_at: self.created_at.map(place),
        }
    }
}

/// The notes of one exploration.
#[derive(Debug, Default)]
struct Notes {
    weak: Vec<Note>,
    stale: Vec<Note>,
}

thread_local! {
    /// They outlive the executions of the exploration.
    static NOTES: RefCell<Notes> = const {
        RefCell::new(Notes {
            weak: Vec::new(),
            stale: Vec::new(),
        })
    };
}

/// Notes that `access` asks for less than `SeqCst`.
pub(crate) fn is_weak(access: &Access, objects: &Objects) {
    NOTES.with_borrow_mut(|notes| enter(&mut notes.weak, Note::new(access, objects)));
}

/// Notes that `access` had an older value to choose.
pub(crate) fn could_be_stale(access: &Access, objects: &Objects) {
    NOTES.with_borrow_mut(|notes| enter(&mut notes.stale, Note::new(access, objects)));
}

/// Forgets the notes, and returns the accesses weaker than `SeqCst` and the loads that had an older value to choose;
/// each in the order of the source.
pub(crate) fn take() -> (Vec<AtomicAccess>, Vec<AtomicAccess>) {
    let notes = NOTES.take();
    (told(&notes.weak), told(&notes.stale))
}

fn enter(notes: &mut Vec<Note>, note: Note) {
    if !notes.iter().any(|known| known.is(&note)) {
        notes.push(note);
    }
}

fn told(notes: &[Note]) -> Vec<AtomicAccess> {
    let mut told: Vec<AtomicAccess> = notes.iter().map(Note::told).collect();
    told.sort();
    told.dedup();
    told
}
