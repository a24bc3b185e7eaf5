//! Notes where a program asks for less than sequential consistency, and where it could have read older values.
//!
//! They are collected over all executions of an exploration.

use std::cell::RefCell;
use std::sync::atomic::Ordering;

use crate::model::trace::{AtomicAccess, AtomicFunction, AtomicType};
use crate::runtime::objects::Objects;
use crate::runtime::objects::atomic::{Access, trace_order};
use crate::runtime::recorder::{place, place_outside_libraries};
use crate::runtime::task::Site;

/// An access, without reference to its execution.
#[derive(Clone, Copy, Debug)]
struct Note {
    function: AtomicFunction,
    atomic: Option<AtomicType>,
    order: Ordering,
    site: Site,
}

impl Note {
    fn new(access: &Access, objects: &Objects) -> Self {
        let object = access.atomic.and_then(|atomic| objects.all().get(atomic));
        Self {
            function: access.function,
            atomic: object.and_then(|object| object.kind.atomic_type()),
            order: access.order,
            site: access.site,
        }
    }

    /// Compares addresses. One line may have several locations, so equal notes may be kept twice, until [`take`]
    /// removes duplicates.
    fn is(&self, other: &Note) -> bool {
        std::ptr::eq(self.site, other.site)
            && self.atomic == other.atomic
            && self.order == other.order
            && self.function == other.function
    }

    fn to_trace(self) -> AtomicAccess {
        AtomicAccess {
            place: place(self.site),
            function: self.function,
            order: trace_order(self.order),
            atomic: self.atomic,
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
    /// The notes outlive the executions of the exploration.
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

/// Notes that `access` could have read an older value.
pub(crate) fn could_be_stale(access: &Access, objects: &Objects) {
    NOTES.with_borrow_mut(|notes| enter(&mut notes.stale, Note::new(access, objects)));
}

/// Whether any access so far asked for less than `SeqCst`.
pub(crate) fn any_is_weak() -> bool {
    NOTES.with_borrow(|notes| !notes.weak.is_empty())
}

/// Whether any access so far could have read an older value.
pub(crate) fn any_could_be_stale() -> bool {
    NOTES.with_borrow(|notes| !notes.stale.is_empty())
}

/// Takes the notes: the accesses weaker than `SeqCst`, and the loads that could have read an older value. Each list is
/// in source order.
pub(crate) fn take() -> (Vec<AtomicAccess>, Vec<AtomicAccess>) {
    let notes = NOTES.take();
    (in_source_order(&notes.weak), in_source_order(&notes.stale))
}

fn enter(notes: &mut Vec<Note>, note: Note) {
    if !notes.iter().any(|known| known.is(&note)) {
        notes.push(note);
    }
}

fn in_source_order(notes: &[Note]) -> Vec<AtomicAccess> {
    let of_program = notes.iter().filter(|note| place_outside_libraries(note.site).is_some());
    let mut accesses: Vec<AtomicAccess> = of_program.copied().map(Note::to_trace).collect();
    accesses.sort();
    accesses.dedup();
    accesses
}
