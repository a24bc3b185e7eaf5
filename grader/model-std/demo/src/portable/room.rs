//! A room for a limited number of visitors, which notices when there are more.

use super::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

/// What a lock or a semaphore protects.
pub(crate) struct Room {
    capacity: usize,
    inside: AtomicUsize,
    is_crowded: AtomicBool,
}

/// A room for one.
impl Default for Room {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Room {
    /// A room for so many at once.
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            inside: AtomicUsize::new(0),
            is_crowded: AtomicBool::new(false),
        }
    }

    /// Goes in and out again.
    pub(crate) fn visit(&self) {
        if self.inside.fetch_add(1, SeqCst) >= self.capacity {
            self.is_crowded.store(true, SeqCst);
        }
        self.inside.fetch_sub(1, SeqCst);
    }

    /// Whether more visitors than it has room for were ever inside at once.
    pub(crate) fn was_crowded(&self) -> bool {
        self.is_crowded.load(SeqCst)
    }

    /// For a room for one: how its visitors were, in a word.
    pub(crate) fn outcome(&self) -> String {
        if self.was_crowded() { "together" } else { "alone" }.to_owned()
    }
}
