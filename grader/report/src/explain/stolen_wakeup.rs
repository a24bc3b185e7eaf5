//! Stolen wake-up: between a notification and the wake-up that it led to, another thread had the lock.

use protocol::trace::{Op, Trace};

use super::Account;
use crate::names::Names;
use crate::words;

/// The last time that it happens to a thread that does not wait again, as a loop around the wait would have it do.
pub(super) fn find(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let events = &trace.events;
    (0..events.len()).rev().find_map(|wake_up| {
        let Op::WakeUp { lock, .. } = events[wake_up].op else {
            return None;
        };
        let (thread, condvar) = (events[wake_up].thread, events[wake_up].object);
        let next = events[wake_up + 1..].iter().find(|event| event.thread == thread);
        if next.is_some_and(|next| matches!(next.op, Op::Wait { .. }) && next.object == condvar) {
            return None;
        }
        let wakes = |index: &usize| {
            let event = &events[*index];
            event.object == condvar && matches!(&event.op, Op::Notify { woke, .. } if woke.contains(&thread))
        };
        let notification = (0..wake_up).rev().find(wakes)?;
        let takes = |index: &usize| {
            let event = &events[*index];
            event.object == Some(lock) && event.thread != thread && event.op.took_lock()
        };
        let other = (notification + 1..wake_up).rev().find(takes)?;
        let sentence = format!(
            "{} notified {}{}{}, but {} locked `{}`{} before {} woke up{}, so what it had waited for may no longer \
             hold.",
            names.thread_at_start(events[notification].thread),
            names.thread(thread),
            names.at(events[notification].place.as_ref()),
            words::step(Some(notification)),
            names.thread(events[other].thread),
            names.object(lock),
            names.at(events[other].place.as_ref()),
            names.thread(thread),
            names.at(events[wake_up].place.as_ref()),
        );
        Some(Account::new(sentence, [notification, other, wake_up]))
    })
}
