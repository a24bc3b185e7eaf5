//! A lock that was released between two steps that belong together: one thread took it twice, and another one in
//! between.

use protocol::trace::{ObjectKind, Trace};

use super::Account;
use crate::names::Names;

/// The last time that it happens to a thread that was interrupted.
pub(super) fn find(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let events = &trace.events;
    (0..events.len())
        .rev()
        .filter(|&again| takes(trace, again))
        .find_map(|again| {
            let (thread, object) = (events[again].thread, events[again].object);
            let takes_it = |&index: &usize| takes(trace, index) && events[index].object == object;
            let first = (0..again)
                .rev()
                .filter(takes_it)
                .find(|&index| events[index].thread == thread)?;
            let other = (first + 1..again)
                .filter(takes_it)
                .find(|&index| events[index].thread != thread)?;
            (first + 1..=other).find(|&index| takes_turn(trace, index, thread))?;
            let sentence = format!(
                "{} locked `{}`{}, unlocked it and locked it again{}. In between, {} locked it{}, so what {} had read \
             before may have changed.",
                names.thread_at_start(thread),
                names.object(object?),
                names.at(events[first].place.as_ref()),
                names.at(events[again].place.as_ref()),
                names.thread(events[other].thread),
                names.at(events[other].place.as_ref()),
                names.thread(thread),
            );
            let account = Account::new(sentence, [first, other, again]);
            Some(account.blaming(events[first].place.as_ref()))
        })
}

/// Whether the event at `index` takes a mutex or a read-write lock.
fn takes(trace: &Trace, index: usize) -> bool {
    let event = &trace.events[index];
    let kind = event.object.and_then(|object| trace.kind_of(object));
    event.op.took_lock() && matches!(kind, Some(ObjectKind::Mutex | ObjectKind::RwLock))
}

/// Whether the event at `index` takes the turn from `thread`. In an execution without a preemption any change of turns
/// does.
fn takes_turn(trace: &Trace, index: usize, thread: usize) -> bool {
    let events = &trace.events;
    let is_change = index > 0 && events[index - 1].thread == thread && events[index].thread != thread;
    is_change && (events[index].preempts || !events.iter().any(|event| event.preempts))
}
