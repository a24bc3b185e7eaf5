//! Other owner: a thread needed to be the only owner of an `Arc`, and another thread had not dropped its own yet.

use protocol::trace::{CountAccess, CountKind, Op, ThreadId, Trace};

use super::Account;
use crate::names::Names;
use crate::words;

/// The last time that a thread was not the only owner; of `thread`, if that is given.
pub(super) fn find(trace: &Trace, thread: Option<ThreadId>, names: &Names<'_>) -> Option<Account> {
    let events = &trace.events;
    let is_refused = |index: &usize| {
        let event = &events[*index];
        thread.is_none_or(|thread| event.thread == thread)
            && matches!(
                event.op,
                Op::Count {
                    access: CountAccess::Claim,
                    of: CountKind::Strong,
                    found: 2..,
                }
            )
    };
    let refused = (0..events.len()).rev().find(is_refused)?;
    let Op::Count { found, .. } = events[refused].op else {
        return None;
    };
    let asking = events[refused].thread;
    let name = names.thread_at_start(asking);
    let at = words::step(Some(refused));
    let mut account = Account::new(
        format!("{name} needed to be the only owner of an `Arc`{at}, but it had {found} owners."),
        [refused],
    );
    let mut others = (0..trace.threads.len()).filter(|other| *other != asking && is_alive(trace, *other, refused));
    // With a single other thread, it is plain who the other owner is.
    if let (Some(owner), None) = (others.next(), others.next()) {
        let last = (0..refused).rev().find(|&index| events[index].thread == owner);
        let done = last.map_or(String::new(), |last| {
            let operation = words::operation(&events[last].op);
            let place = names.at(events[last].place.as_ref());
            format!(
                ": its last operation was `{operation}`{place}{}",
                words::step(Some(last))
            )
        });
        let owner = names.thread_at_start(owner);
        account.sentences.push(format!("{owner} still had its `Arc`{done}."));
        account.steps.extend(last);
        account.steps.sort_unstable();
    }
    Some(account)
}

/// Whether `thread` has started, or is about to, and has not ended before the event with this index.
fn is_alive(trace: &Trace, thread: ThreadId, before: usize) -> bool {
    let events = &trace.events[..before];
    let is_spawned = |op: &Op| matches!(op, Op::Spawn { thread: spawned } if *spawned == thread);
    let has_begun = thread == 0 || events.iter().any(|event| is_spawned(&event.op));
    let is_end = |op: &Op| matches!(op, Op::EndThread { .. });
    has_begun && !events.iter().any(|event| event.thread == thread && is_end(&event.op))
}
