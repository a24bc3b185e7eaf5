//! Virtual time, and what counts as on time.

use std::time::Duration;

/// One virtual millisecond.
pub(crate) const MILLISECOND: Duration = Duration::from_millis(1);

/// How late an event may be and still count as on time: the clock moves on by a small step when it is read. All pauses
/// of the checks are longer than this.
pub(crate) const MOST_LATENESS: Duration = Duration::from_micros(100);

/// Whether something that was due at `due` happened then, and not before or after.
pub(crate) fn is_on_time(elapsed: Duration, due: Duration) -> bool {
    due <= elapsed && elapsed < due + MOST_LATENESS
}
