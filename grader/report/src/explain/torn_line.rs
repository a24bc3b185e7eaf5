//! Torn line: a thread wrote into a line that another one had begun.

use protocol::trace::{ObjectKind, Op, Segment, Trace};

use super::Account;
use crate::names::Names;

/// The first such line.
pub(super) fn find(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let is_torn = |pair: &[Segment]| pair[0].thread != pair[1].thread && !pair[0].bytes.ends_with(b"\n");
    let tear = trace.stdout.windows(2).position(is_torn)?;
    let (begun, written) = (writing(trace, tear), writing(trace, tear + 1));
    let at = |writing: Option<usize>| names.at(writing.and_then(|index| trace.events[index].place.as_ref()));
    let sentence = format!(
        "{} wrote{} into the line that {} had begun{} and not ended yet.",
        names.thread_at_start(trace.stdout[tear + 1].thread),
        at(written),
        names.thread(trace.stdout[tear].thread),
        at(begun)
    );
    let place = written.and_then(|index| trace.events[index].place.as_ref());
    Some(Account::new(sentence, begun.into_iter().chain(written)).blaming(place))
}

/// The event that wrote the segment at this index; `None` where events and segments do not match one to one.
fn writing(trace: &Trace, segment: usize) -> Option<usize> {
    let is_stdout = |object| trace.kind_of(object) == Some(ObjectKind::Stdout);
    let writings: Vec<usize> = (0..trace.events.len())
        .filter(|&index| {
            let event = &trace.events[index];
            matches!(event.op, Op::Write { .. }) && event.object.is_some_and(is_stdout)
        })
        .collect();
    let threads = writings.iter().map(|&index| trace.events[index].thread);
    let is_matching = threads.eq(trace.stdout.iter().map(|segment| segment.thread));
    writings.get(segment).copied().filter(|_| is_matching)
}
