//! Counts the threads that are inside a section at once, without the submission's help.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// One virtual millisecond.
pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);

/// How late an event may be and still count as on time: a loop that ends when *more* than its timeout has passed needs
/// the clock to move on by its smallest step. All pauses of the checks are longer than this.
const MOST_LATENESS: Duration = Duration::from_micros(100);

/// Whether something that was due at `due` happened then, and not before or after.
pub(crate) fn is_on_time(elapsed: Duration, due: Duration) -> bool {
    due <= elapsed && elapsed < due + MOST_LATENESS
}

/// How many threads are inside.
#[derive(Default)]
pub(crate) struct Gauge {
    inside: AtomicUsize,
}

impl Gauge {
    /// Runs `stay` inside. Returns how many threads were inside after entering, the caller included. So the last one to
    /// enter a full section counts all of them.
    pub(crate) fn pass(&self, stay: impl FnOnce()) -> usize {
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        stay();
        self.inside.fetch_sub(1, Ordering::SeqCst);
        inside
    }
}
