//! Waits so long that whoever looks again and again gives itself away by the number of its steps.

use std::time::Duration;

use harness::{Execution, Finding, Violation};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long threads are kept waiting where they must not look again and again: long enough that looking once a day shows,
/// and longer than the 49 days at which milliseconds leave a `u32`.
pub(crate) const HUNDRED_DAYS: Duration = Duration::from_secs(100 * 24 * 60 * 60);

/// More operations than any thread needs that sleeps until it is woken (two dozen, for a caller that starts and joins
/// others), and fewer than one performs that looks once a day during [`HUNDRED_DAYS`].
const OPERATIONS_OF_A_SLEEPER: u64 = 64;

/// Whether no thread did more than a sleeper does while others kept it waiting for so long.
pub(crate) fn takes_few_steps<T>(execution: &Execution<T>, kept_waiting: Duration) -> Result<(), Violation> {
    let threads = execution.threads.iter();
    let most = threads.map(|thread| thread.operations).max().unwrap_or(0);
    if most > OPERATIONS_OF_A_SLEEPER {
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

/// The longest time spans in days, as nobody reads them in seconds.
pub(crate) fn in_words(duration: Duration) -> String {
    if duration < DAY {
        return format!("{duration:?}");
    }
    format!("{} days", duration.as_secs() / DAY.as_secs())
}
