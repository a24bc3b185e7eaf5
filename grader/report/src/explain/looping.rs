//! What a thread repeats at the end of an execution that does not end by itself.

use std::collections::BTreeMap;

use protocol::trace::{Event, ObjectId, ThreadId, Trace};

use crate::names::Names;
use crate::words;

/// So many of a thread's last events show its loop; one that is longer is not told.
const EVENTS: usize = 24;
/// More lines or objects than these are no help.
const NAMED: usize = 3;

/// The lines that `thread` repeats: `lib.rs:5, lib.rs:6 and lib.rs:7`; `None` where they are too many or not known.
pub(super) fn lines(trace: &Trace, thread: ThreadId, names: &Names<'_>) -> Option<String> {
    let lines = repeated(trace, thread, |event| {
        event.place.as_ref().map(|place| (place.file.as_str(), place.line))
    });
    let named: Vec<String> = lines
        .iter()
        .map(|(file, line)| names.line_of_file(file, *line))
        .collect();
    (1..=NAMED).contains(&named.len()).then(|| words::list(&named))
}

/// The objects that `thread` uses again and again: `` `a` and `b` ``; `None` where they are too many or there are none.
pub(super) fn objects(trace: &Trace, thread: ThreadId, names: &Names<'_>) -> Option<String> {
    let objects: Vec<ObjectId> = repeated(trace, thread, |event| event.object);
    let named: Vec<String> = objects
        .iter()
        .map(|&object| format!("`{}`", names.object(object)))
        .collect();
    (1..=NAMED).contains(&named.len()).then(|| words::list(&named))
}

/// What comes up more than once among the last events of `thread`, in order.
fn repeated<'a, T: Ord + Copy>(trace: &'a Trace, thread: ThreadId, of: impl Fn(&'a Event) -> Option<T>) -> Vec<T> {
    let events = trace
        .events
        .iter()
        .rev()
        .filter(|event| event.thread == thread)
        .take(EVENTS);
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for key in events.filter_map(of) {
        *counts.entry(key).or_default() += 1;
    }
    counts
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(key, _)| key)
        .collect()
}
