//! Atomics in statics, of any crate: also where the symbol table does not say of which.
//!
//! The model notices their first use in an execution. So the bytes from before are kept, and laid back before the next
//! execution.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::program::Place;
use super::segments;

/// The bytes of an atomic, with zeroes after them if it is smaller.
type Bytes = [u8; size_of::<u64>()];

/// A static atomic that the last execution used.
struct Used {
    place: Place,
    /// What it held before its first use.
    start: Bytes,
    /// What it held when the execution ended.
    end: Bytes,
}

static USED: Mutex<Vec<Used>> = Mutex::new(Vec::new());

/// Whether there are any: asked before and after every execution. Relaxed: a lock separates the executions.
static IS_ANY_USED: AtomicBool = AtomicBool::new(false);

fn used() -> MutexGuard<'static, Vec<Used>> {
    USED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bytes(place: Place) -> Bytes {
    let mut bytes = Bytes::default();
    let held = place.bytes();
    bytes[..held.len()].copy_from_slice(held);
    bytes
}

/// Notes an atomic that is used for the first time in the execution that is under way.
pub(crate) fn note_atomic(address: usize, size: usize) {
    if !segments::contain(address) {
        return;
    }
    let place = Place::new(address, size);
    let start = bytes(place);
    IS_ANY_USED.store(true, Ordering::Relaxed);
    used().push(Used {
        place,
        start,
        end: start,
    });
}

/// Notes what the execution, which has just ended, left in the atomics.
pub(super) fn note_end() {
    if !IS_ANY_USED.load(Ordering::Relaxed) {
        return;
    }
    for used in used().iter_mut() {
        used.end = bytes(used.place);
    }
}

/// Lays the first bytes back, except where the atomic has changed since the execution.
pub(super) fn restart() {
    if !IS_ANY_USED.load(Ordering::Relaxed) {
        return;
    }
    IS_ANY_USED.store(false, Ordering::Relaxed);
    for Used { place, start, end } in used().drain(..) {
        if start != end && bytes(place) == end {
            // SAFETY: no execution is under way, and the atomic held these bytes before.
            unsafe { place.write(&start[..place.size()]) };
        }
    }
}
