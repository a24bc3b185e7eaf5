//! Threads that wait sleep: what they do in the meantime shows in the number of their operations.

use harness::{Execution, Finding, Violation};

/// The most operations of a thread that writes its line, or starts and joins the others, and sleeps until it is its
/// turn. One that polls once a day, while others pause for a hundred days, needs more.
const MOST_OPERATIONS: u64 = 64;

/// Holds if no thread performed more operations than one that sleeps, although the pauses are long.
pub(crate) fn takes_few_steps(execution: &Execution<()>) -> Result<(), Violation> {
    let most = execution.threads.iter().map(|thread| thread.operations).max();
    match most {
        Some(most) if most > MOST_OPERATIONS => {
            let expected = "expected a waiting thread to sleep until it is woken";
            let got = format!("one performed {most} operations, so it looked again and again");
            Err(Violation::new(Finding::BusyWait, expected).got(got))
        }
        _ => Ok(()),
    }
}
