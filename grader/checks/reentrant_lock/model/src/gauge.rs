//! Notices threads that use something at once, without the submission's help.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// One virtual millisecond.
pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);

/// How late an event may be and still count as on time: the clock moves on by a small step when it is read. All pauses
/// of the checks are longer than this.
const MOST_LATENESS: Duration = Duration::from_micros(100);

/// Whether something that was due at `due` happened then, and not before or after.
pub(crate) fn is_on_time(elapsed: Duration, due: Duration) -> bool {
    due <= elapsed && elapsed < due + MOST_LATENESS
}

/// Something that only one thread at a time may use.
#[derive(Default)]
pub(crate) struct Exclusive {
    users: AtomicUsize,
    uses: AtomicUsize,
}

impl Exclusive {
    /// Begins to use it. Returns whether nobody else does.
    pub(crate) fn enter(&self) -> bool {
        self.users.fetch_add(1, Ordering::SeqCst) == 0
    }

    /// Counts a use, and ends it. The number is read and written with `Relaxed`, as if it were no atomic: a user sees
    /// what the one before it wrote only if the one leaves before the other enters, as with a lock.
    pub(crate) fn leave(&self) {
        self.uses
            .store(self.uses.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.users.fetch_sub(1, Ordering::Relaxed);
    }

    /// How often it was used, as far as its users saw.
    pub(crate) fn uses(&self) -> usize {
        self.uses.load(Ordering::SeqCst)
    }
}
