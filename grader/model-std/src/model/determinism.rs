//! Compares two executions of one schedule, which are equal if the program is deterministic.
//!
//! Memory may be elsewhere in each execution (see `runtime::heap`), so an address that a program keeps in an integer is
//! no difference. Of a very long execution, only the first operations are compared one by one, and beyond them how many
//! there are.

use super::running::Run;
use super::trace::{Difference, Trace};

/// The first difference between two recorded executions of one schedule. If there is one, the operations of the second
/// execution are added to its trace.
pub(super) fn difference(mut first: Run, second: &mut Run) -> Option<Difference> {
    let as_long = first.steps == second.steps;
    if as_long && first.execution.trace == second.execution.trace && first.recorder == second.recorder {
        return None;
    }
    for ran in [&mut first, &mut *second] {
        if let Some(recorder) = ran.recorder.take() {
            recorder.write_to(&mut ran.execution.trace);
        }
    }
    if as_long && first.execution.trace == second.execution.trace {
        // Only a replay shows operations and objects.
        let trace = &mut second.execution.trace;
        (trace.events, trace.objects) = (Vec::new(), Vec::new());
        return None;
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
