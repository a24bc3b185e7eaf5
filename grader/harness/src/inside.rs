//! Notices threads that are at the same place at once, without the submission's help.
//!
//! The counts are atomics of the model, so entering and leaving are operations of an execution: their order decides
//! what is noticed.

use std::sync::atomic::Ordering;

use model_std::sync::atomic::AtomicUsize;

/// How many threads are inside of a section.
#[derive(Debug, Default)]
pub struct Gauge {
    inside: AtomicUsize,
}

impl Gauge {
    /// Runs `stay` inside. Returns how many threads were inside after entering, the caller included. So the last one to
    /// enter a full section counts all of them.
    #[track_caller]
    pub fn pass(&self, stay: impl FnOnce()) -> usize {
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        stay();
        self.inside.fetch_sub(1, Ordering::SeqCst);
        inside
    }
}

/// Something that only one thread at a time may use.
#[derive(Debug, Default)]
pub struct Exclusive {
    users: AtomicUsize,
    uses: AtomicUsize,
}

impl Exclusive {
    /// Begins to use it. Returns whether nobody else does.
    #[track_caller]
    pub fn enter(&self) -> bool {
        self.users.fetch_add(1, Ordering::SeqCst) == 0
    }

    /// Counts a use, and ends it. The number is read and written with `Relaxed`, as if it were no atomic: a user sees
    /// what the one before it wrote only if the one leaves before the other enters, as with a lock.
    #[track_caller]
    pub fn leave(&self) {
        self.uses
            .store(self.uses.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.users.fetch_sub(1, Ordering::Relaxed);
    }

    /// How often it was used, as far as its users saw.
    #[track_caller]
    pub fn uses(&self) -> usize {
        self.uses.load(Ordering::SeqCst)
    }
}
