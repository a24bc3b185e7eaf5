//! Stolen wake-up: between a notification and the wake-up that it led to, another thread had the lock. A wake-up
//! without a notification has the same remedy.

use protocol::trace::{Event, Op, Place, Trace, WakeReason};

use super::Account;
use crate::names::Names;
use crate::words;

/// The last time that it happens to a thread that does not wait again, or that a thread woke up without a notification.
pub(super) fn find(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    find_stolen(trace, names).or_else(|| find_spurious(trace, names))
}

/// The last time that it happens to a thread that does not wait again.
fn find_stolen(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let events = &trace.events;
    (0..events.len()).rev().find_map(|wake_up| {
        let Op::WakeUp { lock, .. } = events[wake_up].op else {
            return None;
        };
        let (thread, condvar) = (events[wake_up].thread, events[wake_up].object);
        if waits_again(trace, wake_up) || is_looped(events[wake_up].place.as_ref(), names) {
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
            "{} was woken{}, but {} locked `{}`{}{} before {} had the lock again{}. After{} it went on without \
             waiting again, although what it had waited for may be gone: a wake-up only says to look again.",
            names.thread_at_start(thread),
            words::step(Some(notification)),
            names.thread(events[other].thread),
            names.object(lock),
            names.at(events[other].place.as_ref()),
            words::step(Some(other)),
            names.thread(thread),
            words::step(Some(wake_up)),
            after(events[wake_up].place.as_ref(), names),
        );
        let account = Account::new(sentence, [notification, other, wake_up]);
        Some(account.blaming(events[wake_up].place.as_ref()))
    })
}

/// The last wake-up without a notification after which a thread does not wait again.
fn find_spurious(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let events = &trace.events;
    let wake_up = (0..events.len()).rev().find(|&index| {
        let is_spurious = matches!(
            events[index].op,
            Op::WakeUp {
                reason: WakeReason::Spurious,
                ..
            }
        );
        is_spurious && !waits_again(trace, index) && !is_looped(events[index].place.as_ref(), names)
    })?;
    let sentence = format!(
        "{} woke up without a notification{}, as a condition variable allows. After{} it went on without waiting \
         again: a wake-up only says to look again.",
        names.thread_at_start(events[wake_up].thread),
        words::step(Some(wake_up)),
        after(events[wake_up].place.as_ref(), names),
    );
    Some(Account::new(sentence, [wake_up]).blaming(events[wake_up].place.as_ref()))
}

/// Whether the source shows that what the thread waits for is looked at again after each wake-up: the wait is a
/// `wait_while`, or the body of a `while` or `loop`. Then it goes on because that holds, and something else is wrong.
fn is_looped(place: Option<&Place>, names: &Names<'_>) -> bool {
    let line = |number: u32| {
        let place = Place {
            line: number,
            ..place?.clone()
        };
        names.line(&place)
    };
    let Some((number, wait)) = place.and_then(|place| Some((place.line, line(place.line)?))) else {
        return false;
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    // The statement that the wait is part of, and the beginning of its block.
    let outer = (1..number).rev().filter_map(line);
    let head = outer
        .filter(|line| !line.trim().is_empty())
        .find(|line| indent(line) < indent(wait) && line.trim_end().ends_with('{'));
    let is_loop = |head: &str| {
        ["while ", "loop ", "loop{"]
            .iter()
            .any(|word| head.trim_start().starts_with(word))
    };
    wait.contains("_while(") || head.is_some_and(is_loop)
}

/// ` lib.rs:14`, or ` that` where the place is not known.
fn after(place: Option<&Place>, names: &Names<'_>) -> String {
    place.map_or(" that".to_owned(), |place| format!(" {}", names.place(place)))
}

/// Whether the next thing that the thread of a wake-up does is to wait again, as a loop around the wait would have it.
fn waits_again(trace: &Trace, wake_up: usize) -> bool {
    let Event { thread, object, .. } = &trace.events[wake_up];
    let next = trace.events[wake_up + 1..].iter().find(|event| event.thread == *thread);
    next.is_some_and(|next| matches!(next.op, Op::Wait { .. }) && next.object == *object)
}
