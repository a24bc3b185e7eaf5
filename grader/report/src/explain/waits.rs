//! Sentences about threads that wait: who waits for what, and which thread could end the wait.

use protocol::trace::{
    ChannelSide, Event, LockFunction, Notification, ObjectId, ObjectState, Op, SelectCase, ThreadId, Trace, Wait,
    WaitReason,
};

use super::Account;
use crate::escape::counted;
use crate::names::Names;
use crate::words;

/// More waits that are nothing but a consequence say nothing new.
const SENTENCES: usize = 6;

/// What is said of threads whose waits did not lead to the end, but follow from it.
pub(super) fn account<'a>(trace: &Trace, waits: impl Iterator<Item = &'a Wait>, names: &Names<'_>) -> Account {
    let mut waits: Vec<&Wait> = waits.collect();
    // Who waits for the end of a thread waits for what that thread waits for.
    waits.sort_by_key(|wait| matches!(wait.reason, WaitReason::Join { .. } | WaitReason::ScopeEnd));
    let mut account = Account::default();
    for wait in waits.iter().take(SENTENCES) {
        account.sentences.push(sentence(trace, wait, names));
        if let WaitReason::Notification { .. } = wait.reason {
            let last = wait.last_notification.as_ref();
            let step = last.and_then(|last| step_of(trace, wait, last));
            account.sentences.push(match last {
                Some(last) => notified(trace, wait, last, step, names),
                None => format!("No thread notified {}.", object(wait.object, names)),
            });
            account.steps.extend(step);
        }
    }
    match waits.len().saturating_sub(SENTENCES) {
        0 => {}
        1 => account.sentences.push("One more thread waits.".to_owned()),
        n => account.sentences.push(format!("{n} more threads wait.")),
    }
    account
}

/// `Thread 1 waits at lib.rs:14 to lock `b`, held by thread 2 since lib.rs:20.`
pub(super) fn sentence(trace: &Trace, wait: &Wait, names: &Names<'_>) -> String {
    format!(
        "{} waits{} {}.",
        names.thread_at_start(wait.thread),
        names.at(wait.place.as_ref()),
        purpose(trace, wait, names)
    )
}

/// What a thread waits for, as it follows on `waits at lib.rs:14`.
fn purpose(trace: &Trace, wait: &Wait, names: &Names<'_>) -> String {
    let object = || object(wait.object, names);
    match &wait.reason {
        WaitReason::Lock { function } => {
            let verb = match function {
                LockFunction::Lock | LockFunction::TryLock => "lock",
                LockFunction::Read | LockFunction::TryRead => "read",
                LockFunction::Write | LockFunction::TryWrite => "write",
            };
            format!("to {verb} {}{}", object(), holders(trace, wait, wait.object, names))
        }
        WaitReason::WriteLock => format!("to write to {}{}", object(), holders(trace, wait, wait.object, names)),
        WaitReason::Notification { .. } => format!("for a notification of {}", object()),
        WaitReason::Relock { lock } => {
            let lock_name = self::object(Some(*lock), names);
            let holders = holders(trace, wait, Some(*lock), names);
            format!("to lock {lock_name} again after it was notified{holders}")
        }
        WaitReason::Barrier { arrived, needed } => {
            let missing = counted(needed.saturating_sub(*arrived) as u64, "more thread");
            format!("for {missing} to arrive at {}, which opens for {needed}", object())
        }
        WaitReason::Message { senders, .. } => {
            format!(
                "to receive from {}, which has {} left",
                object(),
                counted(*senders as u64, "sender")
            )
        }
        WaitReason::TimerMessage { .. } => format!("to receive from {}, into which the clock sends no more", object()),
        WaitReason::Room { receivers, .. } => {
            format!(
                "to send into {}, which has {} left",
                object(),
                counted(*receivers as u64, "receiver")
            )
        }
        WaitReason::HandOver { receivers, .. } => format!(
            "for its message to be received from {}, which has {} left",
            object(),
            counted(*receivers as u64, "receiver")
        ),
        WaitReason::Partner { .. } => format!(
            "for the thread at the other end of {} to complete its operation",
            object()
        ),
        WaitReason::Select { cases, .. } => match &cases[..] {
            [] => "for one of several channels, none of which can become ready".to_owned(),
            cases => {
                let cases: Vec<String> = cases.iter().map(|case| selected(case, names)).collect();
                cases.join(" or ")
            }
        },
        WaitReason::Initialization { .. } => match &wait.held_by[..] {
            [] => format!("for {} to be initialised", object()),
            by => format!(
                "for {} to be initialised by {}",
                object(),
                others(wait.thread, by, names)
            ),
        },
        WaitReason::Join { thread } => format!("for {} to end", others(wait.thread, &[*thread], names)),
        WaitReason::ScopeEnd => match &wait.held_by[..] {
            [] => "for the threads of its scope to end".to_owned(),
            running => format!("for {} to end", others(wait.thread, running, names)),
        },
        WaitReason::Park { .. } => "to be unparked".to_owned(),
        WaitReason::Clock => "for a time that never comes".to_owned(),
        WaitReason::Jobs { left } => {
            let jobs = counted(*left as u64, "job");
            match &wait.held_by[..] {
                [] => format!("for {jobs} to end, which no thread of {} runs", object()),
                by => format!("for {jobs} to end, run by {}", others(wait.thread, by, names)),
            }
        }
        WaitReason::Work => format!("for a job of {}", object()),
        WaitReason::Bytes { writers } => format!(
            "to read from {}{}",
            descriptors(trace, wait, names),
            left(*writers, "writer")
        ),
        WaitReason::RoomForBytes { readers } => {
            format!(
                "for room to write into {}{}",
                descriptors(trace, wait, names),
                left(*readers, "reader")
            )
        }
        WaitReason::Descriptors => "for one of several descriptors to be ready".to_owned(),
    }
}

fn object(object: Option<ObjectId>, names: &Names<'_>) -> String {
    object.map_or("a channel".to_owned(), |object| format!("`{}`", names.object(object)))
}

/// A pipe or a pair of sockets, with the line that made it: `the pipe made at lib.rs:31`.
fn descriptors(trace: &Trace, wait: &Wait, names: &Names<'_>) -> String {
    let Some(object) = wait.object.and_then(|object| trace.objects.get(object)) else {
        return "a pipe".to_owned();
    };
    let kind = object.kind.as_str();
    let place = object.created_at.as_ref();
    place.map_or(format!("a {kind}"), |place| {
        format!("the {kind} made at {}", names.place(place))
    })
}

/// How many descriptors are left at the other end, with a comma before it.
fn left(n: usize, what: &str) -> String {
    format!(", which has {} left", counted(n as u64, what))
}

fn selected(case: &SelectCase, names: &Names<'_>) -> String {
    let channel = object(case.channel, names);
    match case.side {
        ChannelSide::Send => format!(
            "to send into {channel} ({} left)",
            counted(case.left as u64, "receiver")
        ),
        ChannelSide::Receive => format!(
            "to receive from {channel} ({} left)",
            counted(case.left as u64, "sender")
        ),
    }
}

/// Who keeps the lock from a thread that waits for it, with a comma before it.
fn holders(trace: &Trace, wait: &Wait, lock: Option<ObjectId>, names: &Names<'_>) -> String {
    if wait.held_by.is_empty() {
        return String::new();
    }
    let others = others(wait.thread, &wait.held_by, names);
    // A reader also waits behind those who wait to write, although they do not have the lock yet.
    if !wait.held_by.iter().any(|&thread| has(trace, lock, thread)) {
        return format!(
            ", behind {others}, which {} to write",
            if wait.held_by.len() == 1 { "waits" } else { "wait" }
        );
    }
    let since = wait.held_since.as_ref();
    let since = since.map_or(String::new(), |place| format!(" since {}", names.place(place)));
    format!(", held by {others}{since}")
}

/// Whether `thread` has `lock` at the end of the execution.
fn has(trace: &Trace, lock: Option<ObjectId>, thread: ThreadId) -> bool {
    let state = lock.and_then(|lock| trace.events.iter().rev().find_map(|event| event.state_of(lock)));
    match state {
        Some(ObjectState::HeldBy(holder)) => *holder == thread,
        Some(ObjectState::ReadBy(readers)) => readers.contains(&thread),
        Some(ObjectState::Free) => false,
        // A standard stream is held for a single write without an event of its own.
        None
        | Some(
            ObjectState::Value(_)
            | ObjectState::Waiting(_)
            | ObjectState::Arrived { .. }
            | ObjectState::Queue { .. }
            | ObjectState::Bytes(_)
            | ObjectState::Once(_),
        ) => true,
    }
}

/// Threads as the one that waits for them would call them.
fn others(thread: ThreadId, others: &[ThreadId], names: &Names<'_>) -> String {
    if others == [thread] {
        "itself".to_owned()
    } else {
        names.threads(others)
    }
}

/// What became of the last notification of the condition variable at which a thread waits, since it did not end the
/// wait.
fn notified(trace: &Trace, wait: &Wait, last: &Notification, step: Option<usize>, names: &Names<'_>) -> String {
    let thread = names.thread(wait.thread);
    let woke = names.threads(&last.woke);
    let begins = |event: &Event| {
        event.thread == wait.thread && event.object == wait.object && matches!(event.op, Op::Wait { .. })
    };
    let began = trace.events.iter().rposition(begins);
    let then = if last.woke.contains(&wait.thread) {
        format!("woke {woke}; {thread} began to wait again")
    } else if last.woke.is_empty() && went_on_after(trace, wait, step) {
        format!("came after an earlier one had woken {thread}, which then began to wait again")
    } else if last.woke.is_empty() {
        "found nobody waiting".to_owned()
    } else if began < step {
        format!("woke {woke} instead")
    } else {
        format!("woke {woke}, before {thread} began to wait")
    };
    format!(
        "The last notification, by {}{}{}, {then}.",
        names.thread(last.by),
        names.at(last.place.as_ref()),
        words::step(step)
    )
}

/// Whether a thread went on from a wait at the same condition variable after the event with number `step`.
fn went_on_after(trace: &Trace, wait: &Wait, step: Option<usize>) -> bool {
    let mut later = trace.events.iter().skip(step.map_or(0, |step| step + 1));
    later.any(|event| {
        event.thread == wait.thread && event.object == wait.object && matches!(event.op, Op::WakeUp { .. })
    })
}

/// Which event a notification is: the last one by that thread from that line.
fn step_of(trace: &Trace, wait: &Wait, notification: &Notification) -> Option<usize> {
    trace.events.iter().rposition(|event| {
        event.thread == notification.by
            && event.place == notification.place
            && event.object == wait.object
            && matches!(event.op, Op::Notify { .. })
    })
}
