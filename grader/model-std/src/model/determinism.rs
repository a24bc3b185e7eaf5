//! Whether a program does the same when its schedule is the same: two traces are compared, and the first difference is told.

use super::trace::Trace;

/// The first difference between two traces of one schedule.
pub(super) fn difference(first: &Trace, second: &Trace) -> Option<String> {
    if first == second {
        return None;
    }
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
        return Some("the same operations gave different output or another end".to_owned());
    }
    Some(format!(
        "at step {}, first {}, then {}",
        common + 1,
        describe(first, common),
        describe(second, common)
    ))
}
