//! Two calls in one execution, told apart by a mark that the body writes between them.

use std::time::Duration;

use driver::{Fault, Finding, Segment};

use crate::line::text;
use crate::text::every_line_is_written;

/// What the body writes when the first call has returned.
const MARK: &str = "-- the first call has returned --\n";

/// Calls `first` and then `second`, each with `pauses`.
pub(crate) fn call_both(first: fn(&[Duration]), second: fn(&[Duration]), pauses: &[Duration]) {
    first(pauses);
    print!("{MARK}");
    second(pauses);
}

/// Holds if both calls wrote every line, each before it returned, and neither took more or less time than the other.
pub(crate) fn same_twice(stdout: &[Segment], n_threads: usize) -> Result<(), Fault> {
    let (first, second) = both_calls(stdout, n_threads)?;
    let (first, second) = (time_taken(first), time_taken(second));
    if first == second {
        return Ok(());
    }
    let expected = format!("expected the second call to take {first:?} like the first");
    Err(Fault::new(Finding::WrongResult, expected).got(format!("got {second:?}")))
}

/// Holds if both calls wrote every line, each before it returned.
pub(crate) fn all_written_twice(stdout: &[Segment], n_threads: usize) -> Result<(), Fault> {
    both_calls(stdout, n_threads).map(drop)
}

fn both_calls(stdout: &[Segment], n_threads: usize) -> Result<(&[Segment], &[Segment]), Fault> {
    let mark = stdout
        .iter()
        .position(|segment| segment.thread == 0 && segment.bytes == MARK.as_bytes());
    let Some(mark) = mark else {
        let expected = "expected the output of the checks themselves to stay as it is";
        return Err(Fault::new(Finding::WrongOutput, expected).got(format!("got {:?}", text(stdout))));
    };
    let (first, second) = (&stdout[..mark], &stdout[mark + 1..]);
    every_line_is_written(first, n_threads)?;
    every_line_is_written(second, n_threads)?;
    Ok((first, second))
}

fn time_taken(stdout: &[Segment]) -> Duration {
    match (stdout.first(), stdout.last()) {
        (Some(first), Some(last)) => last.time - first.time,
        _ => Duration::ZERO,
    }
}
