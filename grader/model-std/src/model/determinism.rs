//! Whether a program does the same when its schedule is the same: two traces are compared, and the first difference is told.

use super::running::Ran;
use super::trace::Trace;

/// The first difference between two executions of one schedule, which were recorded. Where there is one, the second is told.
pub(super) fn difference(mut first: Ran, second: &mut Ran) -> Option<String> {
    if first.execution.trace == second.execution.trace && first.recorder == second.recorder {
        return None;
    }
    for ran in [&mut first, &mut *second] {
        if let Some(recorder) = ran.recorder.take() {
            recorder.tell(&mut ran.execution.trace);
        }
    }
    Some(tell(&first.execution.trace, &second.execution.trace))
}

fn tell(first: &Trace, second: &Trace) -> String {
    let describe = |trace: &Trace, index: usize| match trace.events.get(index) {
        Some(event) => {
            let place = event
                .place
                .as_ref()
                .map_or(String::new(), |place| format!(" at {}:{}", place.file, place.line));
            let detail = event
                .detail
                .as_deref()
                .map_or(String::new(), |detail| format!(" {detail}"));
            format!("thread {} did `{}{detail}`{place}", event.thread, event.operation)
        }
        None => "the execution was over".to_owned(),
    };
    let common = first
        .events
        .iter()
        .zip(&second.events)
        .take_while(|(one, other)| one == other)
        .count();
    if common == first.events.len() && common == second.events.len() {
        return "the same operations gave different output or another end".to_owned();
    }
    format!(
        "at step {}, first {}, then {}",
        common + 1,
        describe(first, common),
        describe(second, common)
    )
}
