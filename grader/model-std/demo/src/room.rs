//! A room for one: says whether two threads were ever in it together.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

/// What a lock has to keep threads from meeting in.
#[derive(Default)]
pub(crate) struct Room {
    inside: AtomicUsize,
    met: AtomicBool,
}

impl Room {
    /// Goes in and out again.
    pub(crate) fn visit(&self) {
        if self.inside.fetch_add(1, SeqCst) > 0 {
            self.met.store(true, SeqCst);
        }
        self.inside.fetch_sub(1, SeqCst);
    }

    /// How the visitors were, in a word.
    pub(crate) fn into_outcome(self) -> String {
        if self.met.into_inner() { "together" } else { "alone" }.to_owned()
    }
}
