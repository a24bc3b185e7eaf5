//! When it is written: each pause between the two parts of its line, and all of them in the time that they need.
//!
//! Time is virtual: it passes only while every thread sleeps or waits, so that it is exact.

use std::time::Duration;

use driver::{Fault, Finding, Segment};

use crate::line::{Line, first_part, lines_of};
use crate::text::every_line_is_written;

/// Holds if thread `k` lets at least `pauses[k - 1]` pass between the two parts of its line.
pub(crate) fn each_lies_inside_its_line(stdout: &[Segment], pauses: &[Duration]) -> Result<(), Fault> {
    every_line_is_written(stdout, pauses.len())?;
    let lines = lines_of(stdout, pauses.len())?;
    for (number, &pause) in (1..).zip(pauses) {
        let line = lines
            .iter()
            .find(|line| line.number() == Some(number))
            .expect("every line is written");
        let passed = between_parts(line, number);
        if passed < pause {
            let expected = format!("expected {pause:?} to pass between the two parts of the line of Thread-{number}");
            return Err(Fault::new(Finding::WrongResult, expected).got(format!("got {passed:?}")));
        }
    }
    Ok(())
}

fn between_parts(line: &Line, number: usize) -> Duration {
    let second = first_part(number).len();
    line.bytes[second].time - line.bytes[second - 1].time
}

/// Holds if all pauses together take exactly `expected`; `too_short` is what it means if they take less.
pub(crate) fn together_take(elapsed: Duration, expected: Duration, too_short: Finding) -> Result<(), Fault> {
    if elapsed == expected {
        return Ok(());
    }
    let finding = if elapsed < expected {
        too_short
    } else {
        Finding::OverSerialized
    };
    let expected = format!("expected the pauses to take {expected:?} together");
    Err(Fault::new(finding, expected).got(format!("got {elapsed:?}")))
}
