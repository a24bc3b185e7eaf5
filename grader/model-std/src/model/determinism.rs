//! Whether a program does the same when its schedule is the same: two traces are compared, and the first difference is
//! told.

use super::running::Ran;
use super::trace::{Difference, Trace};

/// The first difference between two executions of one schedule, which were recorded. Where there is one, the second is
/// told.
pub(super) fn difference(mut first: Ran, second: &mut Ran) -> Option<Difference> {
    if first.execution.trace == second.execution.trace && first.recorder == second.recorder {
        return None;
    }
    for ran in [&mut first, &mut *second] {
        if let Some(recorder) = ran.recorder.take() {
            recorder.tell(&mut ran.execution.trace);
        }
    }
    Some(first_difference(&first.execution.trace, &second.execution.trace))
}

fn first_difference(first: &Trace, second: &Trace) -> Difference {
    let pairs = first.events.iter().zip(&second.events);
    let index = pairs.take_while(|(one, other)| one == other).count();
    let event = |trace: &Trace| trace.events.get(index).cloned().map(Box::new);
    match (event(first), event(second)) {
        (None, None) => Difference::Outcome,
        (expected, found) => Difference::Event { index, expected, found },
    }
}
