//! Several calls in one execution, told apart by a mark that the body writes before each of them.
//!
//! The last call is the same as the first and must take as long, but for less than a pause. Other checks judge whether
//! that time is right.

use std::time::{Duration, Instant};

use harness::{Execution, Finding, Segment, Violation};

use crate::text::every_line_is_written;

/// What the body writes when a call is to begin.
const MARK: &str = "-- the next call --\n";

/// The length of every pause.
const PAUSE: Duration = Duration::from_secs(1);

/// A call of one of the two functions.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) function: fn(&[Duration]),
    /// How many pauses it is given, each a [`PAUSE`].
    pub(crate) n_pauses: usize,
}

/// Makes one call after the other; how long each of them took.
pub(crate) fn make(calls: &[Call]) -> Vec<Duration> {
    let make = |call: &Call| {
        print!("{MARK}");
        let start = Instant::now();
        (call.function)(&vec![PAUSE; call.n_pauses]);
        start.elapsed()
    };
    calls.iter().map(make).collect()
}

/// Holds if every one of `calls` wrote its lines, and the last took the time of the first.
pub(crate) fn start_anew(execution: &Execution<Vec<Duration>>, calls: &[Call]) -> Result<(), Violation> {
    let is_mark = |segment: &Segment| segment.thread == 0 && segment.bytes == MARK.as_bytes();
    let written: Vec<&[Segment]> = execution.stdout.split(is_mark).skip(1).collect();
    if written.len() != calls.len() {
        let expected = "expected the output of the checks themselves to stay as it is";
        let got = format!("got {:?}", String::from_utf8_lossy(&execution.text()));
        return Err(Violation::new(Finding::WrongOutput, expected).got(got));
    }
    for (number, (stdout, call)) in (1..).zip(written.iter().zip(calls)) {
        every_line_is_written(stdout, call.n_pauses).map_err(|violation| in_call(violation, number, calls.len()))?;
    }
    last_takes_the_time_of_the_first(&execution.value)
}

fn in_call(violation: Violation, number: usize, n_calls: usize) -> Violation {
    let expected = format!("{} in call {number} of {n_calls}", violation.expected);
    Violation { expected, ..violation }
}

fn last_takes_the_time_of_the_first(took: &[Duration]) -> Result<(), Violation> {
    let [first, .., last] = took else {
        unreachable!("there are several calls");
    };
    // A permit more or less changes the time by whole pauses. Other checks judge a wait that takes a little too long.
    if first.abs_diff(*last) < PAUSE / 2 {
        return Ok(());
    }
    let expected = format!(
        "expected call {} to take {first:?}, as call 1 did with the same pauses",
        took.len()
    );
    let why = if last < first {
        "a permit too many was left over from an earlier call"
    } else {
        "a permit was lost in an earlier call"
    };
    Err(Violation::new(Finding::WrongResult, expected).got(format!("got {last:?}, as if {why}")))
}
