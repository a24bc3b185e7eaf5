//! What checks say of threads that wait: that they wake at their time, that they sleep meanwhile, and that one waits
//! for another.

use std::time::Duration;

use model_std::panic;
use model_std::thread::ScopedJoinHandle;
use model_std::time::Instant;
use protocol::Finding;

use crate::{Execution, Violation};

/// One virtual millisecond.
pub const MILLISECOND: Duration = Duration::from_millis(1);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long threads are kept waiting where they must not poll: long enough that polling once a day is noticed, and
/// longer than the 49 days after which milliseconds overflow a `u32`.
pub const HUNDRED_DAYS: Duration = Duration::from_secs(100 * 24 * 60 * 60);

/// How long a thread without a timeout, or with one of `Duration::MAX`, is kept waiting: longer than an hour, day or
/// year that a submission may use by mistake, and shorter than the 30 years that some libraries use for a timeout that
/// never ends.
pub const TWENTY_YEARS: Duration = Duration::from_secs(20 * 365 * 24 * 60 * 60);

/// How late an event may be and still count as on time: a loop that ends when *more* than its timeout has passed needs
/// the clock to move on by its smallest step. The pauses of checks are longer than this.
pub const MOST_LATENESS: Duration = Duration::from_micros(100);

/// The most operations of a thread that sleeps until it is woken. A caller that starts and joins others needs some
/// dozen; a thread that polls once a day for [`HUNDRED_DAYS`] needs more than this.
const MOST_OPERATIONS_OF_A_SLEEPER: u64 = 64;

/// Whether something that was due at `due` happened then, and not before or after.
#[must_use]
pub fn is_on_time(elapsed: Duration, due: Duration) -> bool {
    due <= elapsed && !is_late(elapsed, due)
}

/// Whether something that was due at `due` happened later.
#[must_use]
pub fn is_late(elapsed: Duration, due: Duration) -> bool {
    elapsed >= due + MOST_LATENESS
}

/// How long a call in a body took, on the virtual clock.
#[track_caller]
pub fn time_of(call: impl FnOnce()) -> Duration {
    let start = Instant::now();
    call();
    start.elapsed()
}

/// Holds if no thread performed more operations than one that sleeps, while it was kept waiting.
///
/// # Errors
///
/// Otherwise, with [`Finding::BusyWait`].
pub fn takes_few_steps<T>(execution: &Execution<T>, kept_waiting: Duration) -> Result<(), Violation> {
    let threads = execution.threads.iter();
    let most = threads.map(|thread| thread.operations).max().unwrap_or(0);
    if most > MOST_OPERATIONS_OF_A_SLEEPER {
        let violation = Violation::new(
            Finding::BusyWait,
            "expected a waiting thread to sleep until it is woken",
        );
        let kept_waiting = in_words(kept_waiting);
        return Err(violation.got(format!(
            "one performed {most} operations while it had {kept_waiting} to wait"
        )));
    }
    Ok(())
}

/// A duration in words; a long one in days.
#[must_use]
pub fn in_words(duration: Duration) -> String {
    if duration < DAY {
        return format!("{duration:?}");
    }
    let days = duration.as_secs() / DAY.as_secs();
    let rest = duration - Duration::from_secs(days * DAY.as_secs());
    match rest.is_zero() {
        true => format!("{days} days"),
        false => format!("{days} days and {rest:?}"),
    }
}

/// Waits for a thread of a body and returns what it returned.
///
/// # Panics
///
/// As the thread did: what it panicked with is for the report on the body.
#[track_caller]
pub fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|payload| panic::resume_unwind(payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_time_is_neither_early_nor_late_but_for_the_smallest_step_of_the_clock() {
        let moment = Duration::from_nanos(1);
        assert!(is_on_time(MILLISECOND, MILLISECOND) && is_on_time(MILLISECOND + moment, MILLISECOND));
        assert!(!is_on_time(MILLISECOND - moment, MILLISECOND));
        assert!(!is_on_time(MILLISECOND + MOST_LATENESS, MILLISECOND));
    }

    #[test]
    fn long_durations_are_told_in_days() {
        assert_eq!(in_words(5 * MILLISECOND), "5ms");
        assert_eq!(in_words(HUNDRED_DAYS), "100 days");
        assert_eq!(in_words(HUNDRED_DAYS + 5 * MILLISECOND), "100 days and 5ms");
    }
}
