//! Where a thread was interrupted, for a race of which no other pattern is recognised.

use protocol::Failure;
use protocol::trace::Trace;

use super::Account;
use crate::names::Names;

/// Where the last preemption came.
pub(super) fn find(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let events = &trace.events;
    let switch = (1..events.len()).rev().find(|&index| events[index].preempts)?;
    let thread = events[switch - 1].thread;
    let resumed = (switch..events.len()).find(|&index| events[index].thread == thread);
    let name = names.thread_at_start(thread);
    let other = names.thread(events[switch].thread);
    let place = |index: usize| events[index].place.as_ref().map(|place| names.place(place));
    let sentence = match (place(switch - 1), resumed.and_then(place)) {
        (Some(after), Some(before)) if after != before => {
            format!("{name} was interrupted between {after} and {before}, and {other} ran in between.")
        }
        (Some(after), _) => format!("{name} was interrupted after {after}, and {other} ran in between."),
        (None, _) => format!("{name} was interrupted, and {other} ran in between."),
    };
    let account = Account::new(sentence, [switch - 1, switch]);
    Some(account.blaming(events[switch - 1].place.as_ref()))
}

/// Several threads, and none of them was interrupted.
pub(super) fn none_needed(failure: &Failure, trace: &Trace) -> Option<Account> {
    let sentence =
        "No thread has to be interrupted for this: it happens even if each thread runs until it waits or ends.";
    (failure.preemptions == 0 && trace.threads.len() > 2).then(|| Account::new(sentence.to_owned(), []))
}
