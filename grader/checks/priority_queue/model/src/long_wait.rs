//! Waits so long that a thread that polls is noticed by the number of its operations.

use std::time::Duration;

use harness::{Execution, Finding, Violation};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long threads are kept waiting where they must not poll: long enough that polling once a day is noticed, and
/// longer than the 49 days after which milliseconds overflow a `u32`.
pub(crate) const HUNDRED_DAYS: Duration = Duration::from_secs(100 * 24 * 60 * 60);

/// The most operations of a thread that sleeps until it is woken. A caller that starts and joins others needs some
/// dozen; a thread that polls once a day for [`HUNDRED_DAYS`] needs more than this.
const MOST_OPERATIONS_OF_A_SLEEPER: u64 = 64;

/// Holds if no thread performed more operations than one that sleeps, while it was kept waiting.
pub(crate) fn takes_few_steps<T>(execution: &Execution<T>, kept_waiting: Duration) -> Result<(), Violation> {
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
pub(crate) fn in_words(duration: Duration) -> String {
    if duration < DAY {
        return format!("{duration:?}");
    }
    format!("{} days", duration.as_secs() / DAY.as_secs())
}
