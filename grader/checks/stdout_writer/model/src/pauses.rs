//! When the parts of a line are written: each pause lies between them, and all pauses take the time that they need.
//!
//! Time is virtual: it passes only while every thread sleeps or waits, so that it is exact.

use std::time::Duration;

use harness::{Finding, Segment, Violation};

use crate::line::{Line, first_part, lines_of};
use crate::text::every_line_is_written;

/// How much too long a pause may be: one that is slept in steps, or measured, may end late.
const MOST_LATENESS: Duration = Duration::from_millis(1);

/// Holds if thread `k` lets `pauses[k - 1]` pass between the two parts of its line, and no more.
pub(crate) fn each_lies_inside_its_line(stdout: &[Segment], pauses: &[Duration]) -> Result<(), Violation> {
    every_line_is_written(stdout, pauses.len())?;
    let lines = lines_of(stdout, pauses.len())?;
    for (number, &pause) in (1..).zip(pauses) {
        let line = lines
            .iter()
            .find(|line| line.number() == Some(number))
            .expect("every line is written");
        lies_inside(pause, line, number)?;
    }
    Ok(())
}

fn lies_inside(pause: Duration, line: &Line, number: usize) -> Result<(), Violation> {
    let start_of_second = first_part(number).len();
    let [first, second] = [start_of_second - 1, start_of_second].map(|index| &line.bytes[index]);
    let passed = second.time - first.time;
    if (pause..=pause + MOST_LATENESS).contains(&passed) {
        return Ok(());
    }
    let expected = format!("expected {pause:?} to pass between the two parts of the line of Thread-{number}");
    let got = if first.write == second.write {
        "both parts came out together, in one write".to_owned()
    } else {
        format!("got {passed:?}")
    };
    Err(Violation::new(Finding::WrongResult, expected).got(got))
}

/// Holds if all pauses together take exactly `expected`; `too_short` is what it means if they take less.
pub(crate) fn together_take(elapsed: Duration, expected: Duration, too_short: Finding) -> Result<(), Violation> {
    if elapsed == expected {
        return Ok(());
    }
    let finding = if elapsed < expected {
        too_short
    } else {
        Finding::OverSerialized
    };
    let expected = format!("expected the pauses to take {expected:?} together");
    Err(Violation::new(finding, expected).got(format!("got {elapsed:?}")))
}
