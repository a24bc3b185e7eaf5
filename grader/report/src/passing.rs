//! What would have passed: one sentence about the execution that is nearest to a failing one.

use protocol::Failure;
use protocol::trace::{Event, Trace};

use crate::names::Names;
use crate::words;

/// What the nearest passing execution does in place of the step that decides; `None` where that is not known.
pub(crate) fn sentence(failure: &Failure, names: &Names<'_>) -> Option<String> {
    let certainty = failure.certainty.as_ref()?;
    let trace = failure.trace.as_ref()?;
    let Some(passing) = &certainty.nearest_passing else {
        return (certainty.steps == 0 && trace.threads.len() > 1)
            .then(|| "It fails whichever thread goes first: no order of the threads avoids it.".to_owned());
    };
    let decisive = certainty.steps.checked_sub(1)?;
    let (fails, passes) = (trace.events.get(decisive)?, passing.trace.events.get(decisive)?);
    if fails == passes {
        return None;
    }
    let step = decisive + 1;
    Some(if fails.thread == passes.thread {
        // The choice was not a thread but what its operation saw.
        let name = names.thread(fails.thread);
        let seen = told(&passing.trace, passes, names);
        format!("Up to step {step} it can still pass: if {name} has `{seen}` there, for example.")
    } else {
        let (other, name) = (names.thread(passes.thread), names.thread(fails.thread));
        format!("Up to step {step} it can still pass: if {other} goes on there and not {name}, for example.")
    })
}

/// `load → 0`
fn told(trace: &Trace, event: &Event, names: &Names<'_>) -> String {
    let operation = words::operation(&event.op);
    match words::detail(trace, event, names) {
        Some(detail) => format!("{operation} {detail}"),
        None => operation.to_owned(),
    }
}
