//! Why nobody can go on: who waits for what, who holds it, and whether a notification passed somebody by.

use super::objects::condvar::{self, Condvar};
use super::task::{TaskId, Until};
use super::{Runtime, recorder};
use crate::model::trace::{End, Notification, Wait};

/// The end of an execution in which no task can go and no deadline will come.
pub(crate) fn explain(runtime: &Runtime) -> End {
    let stuck = (0..runtime.tasks.len()).filter(|task| !runtime.tasks[*task].ended);
    let stuck: Vec<TaskId> = stuck.collect();
    let waits: Vec<Wait> = stuck.iter().map(|task| wait(runtime, *task)).collect();
    let cycle = cycle(&waits);
    let passed_by = || stuck.iter().find_map(|task| Some((*task, passed_by(runtime, *task)?)));
    // Threads that wait for each other are stuck whatever was notified; who waits for one of them is stuck because of that.
    match passed_by() {
        Some((waiter, site)) if cycle.is_empty() => End::LostWakeup {
            waits,
            waiter,
            notified_at: recorder::place_in_program(site),
        },
        _ => End::Deadlock { waits, cycle },
    }
}

fn wait(runtime: &Runtime, task: TaskId) -> Wait {
    let state = &runtime.tasks[task];
    let (held_by, held_since) = holders(runtime, task, state.until);
    Wait {
        thread: task,
        operation: state.pending.name.to_owned(),
        object: state.pending.object,
        place: state.pending.site.and_then(recorder::place_in_program),
        held_by,
        held_since,
        detail: match &state.condition {
            Some(condition) => condition.describe(),
            None => left(runtime, state.until),
        },
        last_notification: waits_at(runtime, task).and_then(|condvar| condvar.last.as_ref().map(told)),
    }
}

/// How many are left at the other end of a channel; which threads they belong to is not known.
fn left(runtime: &Runtime, until: Until) -> Option<String> {
    match until {
        Until::Receivable(channel) => match runtime.objects.channel(channel).senders {
            1 => Some("1 sender left".to_owned()),
            n => Some(format!("{n} senders left")),
        },
        Until::Sendable(_) | Until::Taken { .. } => Some("1 receiver left".to_owned()),
        Until::Now
        | Until::Never
        | Until::Free(_)
        | Until::Readable(_)
        | Until::FreeOrMine(_)
        | Until::ReadableInTurn(_)
        | Until::Notified { .. }
        | Until::Released { .. }
        | Until::Ended(_)
        | Until::ScopeEmpty(_)
        | Until::Unparked
        | Until::Settled(_)
        | Until::Initialised(_)
        | Until::Complete(_)
        | Until::Condition => None,
    }
}

fn holders(runtime: &Runtime, task: TaskId, until: Until) -> (Vec<TaskId>, Option<crate::model::trace::Place>) {
    match until {
        Until::Free(lock) | Until::Readable(lock) | Until::FreeOrMine(lock) => {
            let lock = runtime.objects.lock(lock);
            let mut held_by: Vec<TaskId> = lock.writer.into_iter().chain(lock.readers.iter().copied()).collect();
            held_by.dedup();
            (held_by, lock.since.and_then(recorder::place_in_program))
        }
        // Whoever is inside holds up the writer, and the writer those who want to join them.
        Until::ReadableInTurn(lock) => match runtime.waiting_writers(lock).collect::<Vec<_>>() {
            writers if writers.is_empty() => holders(runtime, task, Until::Readable(lock)),
            writers => (writers, None),
        },
        Until::Notified { lock, .. } if runtime.tasks[task].notified => holders(runtime, task, Until::Free(lock)),
        Until::Ended(other) => (vec![other], None),
        Until::ScopeEmpty(scope) => (runtime.objects.scope_running(scope).to_vec(), None),
        Until::Settled(once) | Until::Initialised(once) | Until::Complete(once) => match runtime.objects.once(once) {
            super::objects::Once::Running(holder) => (vec![holder], None),
            _ => (Vec::new(), None),
        },
        Until::Now
        | Until::Never
        | Until::Notified { .. }
        | Until::Unparked
        | Until::Released { .. }
        | Until::Receivable(_)
        | Until::Sendable(_)
        | Until::Taken { .. }
        | Until::Condition => (Vec::new(), None),
    }
}

/// The line that notified while `task` was not yet waiting, if `task` waits for a notification and was not woken by another one
/// since.
fn passed_by(runtime: &Runtime, task: TaskId) -> Option<super::task::Site> {
    let missed = waits_at(runtime, task)?.missed.as_ref()?;
    (!missed.awake_since.contains(&task)).then_some(missed.site)
}

/// The condition variable at which `task` waits to be notified.
fn waits_at(runtime: &Runtime, task: TaskId) -> Option<&Condvar> {
    let state = &runtime.tasks[task];
    match state.until {
        Until::Notified { condvar, .. } if !state.notified => Some(runtime.objects.condvar(condvar)),
        _ => None,
    }
}

fn told(notification: &condvar::Notification) -> Notification {
    Notification {
        by: notification.by,
        place: recorder::place_in_program(notification.site),
        woke: notification.woke.clone(),
    }
}

/// The first cycle in which each thread waits for the next and the last for the first.
fn cycle(waits: &[Wait]) -> Vec<TaskId> {
    for wait in waits {
        let mut path = vec![wait.thread];
        if leads_back(waits, wait, &mut path) {
            return path;
        }
    }
    Vec::new()
}

/// Extends `path`, which ends with the thread of `wait`, until it comes back to its start. False if it never does.
fn leads_back(waits: &[Wait], wait: &Wait, path: &mut Vec<TaskId>) -> bool {
    wait.held_by.iter().any(|holder| {
        if *holder == path[0] {
            return true;
        }
        let Some(next) = waits
            .iter()
            .find(|wait| wait.thread == *holder && !path.contains(holder))
        else {
            return false;
        };
        path.push(*holder);
        let found = leads_back(waits, next, path);
        if !found {
            path.pop();
        }
        found
    })
}
