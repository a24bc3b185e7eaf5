//! Virtual time, and what counts as in time.

use std::time::{Duration, Instant};

/// One virtual millisecond.
pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);

/// How late an event may be and still count as on time: a loop that ends when *more* than its timeout has passed needs
/// the clock to move on by its smallest step. All pauses of the checks are longer than this.
const MOST_LATENESS: Duration = Duration::from_micros(100);

/// Whether something that was due at `due` happened then, and not before or after.
pub(crate) fn is_on_time(elapsed: Duration, due: Duration) -> bool {
    due <= elapsed && !is_late(elapsed, due)
}

/// Whether something that was due at `due` happened later.
pub(crate) fn is_late(elapsed: Duration, due: Duration) -> bool {
    elapsed >= due + MOST_LATENESS
}

/// How long a call took.
pub(crate) fn time_of(call: impl FnOnce()) -> Duration {
    let start = Instant::now();
    call();
    start.elapsed()
}
