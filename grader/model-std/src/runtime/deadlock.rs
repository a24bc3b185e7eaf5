//! Diagnoses deadlocks and lost wake-ups: what each thread waits for when none can go on, which threads hold it, and
//! which notification came too early. A pause has waits as well.

use super::dispatch::Candidate;
use super::execution::Execution;
use super::objects::barrier::Barrier;
use super::objects::condvar::{self, Condvar};
use super::objects::once::Once;
use super::objects::rwlock::waiting_writers;
use super::recorder;
use super::task::{Hold, Operation, Site, Task, TaskId, Until};
use crate::model::trace::{Backtrace, End, LockFunction, Notification, ObjectKind, Place, Wait, WaitReason};

/// The end of an execution in which no task can go on and no deadline will come.
pub(crate) fn diagnose(execution: &Execution) -> End {
    let is_stuck = |task: &TaskId| execution.tasks[*task].is_alive() && !execution.tasks[*task].is_idle;
    let stuck = (0..execution.tasks.len()).filter(is_stuck);
    let stuck: Vec<TaskId> = stuck.collect();
    let waits: Vec<Wait> = stuck.iter().filter_map(|task| wait(execution, *task)).collect();
    let cycle = cycle(&waits);
    let missed_notification = || {
        stuck
            .iter()
            .find_map(|task| Some((*task, missed_notification(execution, *task)?)))
    };
    // In a cycle, the threads are stuck whether or not a notification was missed, so it is a deadlock.
    match missed_notification() {
        Some((waiter, site)) if cycle.is_empty() => End::LostWakeup {
            waits,
            waiter,
            notified_at: recorder::place_in_program(site),
        },
        _ => End::Deadlock { waits, cycle },
    }
}

/// The waits of the tasks that are none of `candidates`, while an execution is paused. That of a thread which waits for
/// the clock is one of them: other threads can still go on.
pub(crate) fn waits_beside(execution: &Execution, candidates: &[Candidate]) -> Vec<Wait> {
    let is_candidate = |task: TaskId| candidates.iter().any(|candidate| candidate.task == task);
    let tasks = execution.tasks.iter().enumerate();
    let waiting = tasks.filter(|(id, task)| task.is_alive() && !task.is_idle && !is_candidate(*id));
    waiting.filter_map(|(id, _)| wait(execution, id)).collect()
}

/// What `task` waits for; `None` if it can go on.
fn wait(execution: &Execution, task: TaskId) -> Option<Wait> {
    let state = &execution.tasks[task];
    let until = state.waits_until()?;
    let Operation { object, site } = state.announced.operation;
    let (held_by, held_since) = match &state.condition {
        Some(condition) if until == Until::Condition => (condition.held_by(), None),
        _ => holders(execution, until),
    };
    Some(Wait {
        thread: task,
        reason: reason(execution, task, until),
        object,
        place: site.and_then(recorder::place_in_program),
        held_by,
        held_since,
        calls: waiting_calls(state, until),
        last_notification: condvar_of(execution, task).and_then(|condvar| condvar.last.as_ref().map(to_trace)),
    })
}

/// The return addresses at the wait, where its line is not known and they are wanted.
fn waiting_calls(task: &Task, until: Until) -> Backtrace {
    match &task.condition {
        Some(condition) if until == Until::Condition => condition.calls(),
        Some(_) | None => Backtrace::new(),
    }
}

/// The condition `until`, for which `task` waits, as a trace shows it.
fn reason(execution: &Execution, task: TaskId, until: Until) -> WaitReason {
    match until {
        Until::Never => WaitReason::Clock,
        Until::Free(lock) => WaitReason::Lock {
            function: if execution.objects.all()[lock].kind == ObjectKind::RwLock {
                LockFunction::Write
            } else {
                LockFunction::Lock
            },
        },
        Until::Readable(_) | Until::ReadableInTurn(_) => WaitReason::Lock {
            function: LockFunction::Read,
        },
        Until::FreeOrMine { hold: Hold::Guard, .. } => WaitReason::Lock {
            function: LockFunction::Lock,
        },
        Until::FreeOrMine { hold: Hold::Write, .. } => WaitReason::WriteLock,
        Until::Relockable(lock) => WaitReason::Relock { lock },
        Until::Notified { lock, has_timeout, .. } => WaitReason::Notification { lock, has_timeout },
        Until::Unparked { has_timeout } => WaitReason::Park { has_timeout },
        Until::Ended(thread) => WaitReason::Join { thread },
        Until::ScopeEmpty(_) => WaitReason::ScopeEnd,
        Until::Released { barrier, .. } => {
            let Barrier { waiting, needed, .. } = execution.objects.barrier(barrier);
            WaitReason::Barrier {
                arrived: waiting,
                needed,
            }
        }
        Until::Settled(_, function) | Until::Initialised(_, function) | Until::Complete(_, function) => {
            WaitReason::Initialization { function }
        }
        Until::Receivable(channel, function) => WaitReason::Message {
            function,
            senders: execution.objects.channel(channel).senders,
        },
        // A channel of `std` has one receiver, and a thread only waits for it while it exists.
        Until::Sendable(_, function) => WaitReason::Room { function, receivers: 1 },
        Until::Taken { function, .. } => WaitReason::HandOver { function, receivers: 1 },
        Until::Condition => {
            let condition = execution.tasks[task].condition.as_ref();
            condition.map_or(WaitReason::Clock, |condition| condition.reason())
        }
    }
}

/// The threads that prevent `until` from holding, and the line that took the lock.
fn holders(execution: &Execution, until: Until) -> (Vec<TaskId>, Option<Place>) {
    match until {
        Until::Free(lock) | Until::Readable(lock) | Until::Relockable(lock) | Until::FreeOrMine { lock, .. } => {
            let lock = execution.objects.lock(lock);
            let mut held_by: Vec<TaskId> = lock.writer.into_iter().chain(lock.readers.iter().copied()).collect();
            held_by.dedup();
            (held_by, lock.since.and_then(recorder::place_in_program))
        }
        // The waiting writer blocks further readers.
        Until::ReadableInTurn(lock) => match waiting_writers(execution, lock).collect::<Vec<_>>() {
            writers if writers.is_empty() => holders(execution, Until::Readable(lock)),
            writers => (writers, None),
        },
        Until::Ended(other) => (vec![other], None),
        Until::ScopeEmpty(scope) => (execution.objects.scope_running(scope).to_vec(), None),
        Until::Settled(once, _) | Until::Initialised(once, _) | Until::Complete(once, _) => {
            match execution.objects.once(once) {
                Once::Running(holder) => (vec![holder], None),
                Once::Incomplete | Once::Complete | Once::Poisoned => (Vec::new(), None),
            }
        }
        Until::Never
        | Until::Notified { .. }
        | Until::Unparked { .. }
        | Until::Released { .. }
        | Until::Receivable(..)
        | Until::Sendable(..)
        | Until::Taken { .. }
        | Until::Condition => (Vec::new(), None),
    }
}

/// The line of a notification that came before `task` began to wait, if `task` waits for one. `None` if another
/// notification has woken `task` since.
fn missed_notification(execution: &Execution, task: TaskId) -> Option<Site> {
    let missed = condvar_of(execution, task)?.missed.as_ref()?;
    (!missed.awake_since.contains(&task)).then_some(missed.site)
}

/// The condition variable at which `task` waits to be notified.
fn condvar_of(execution: &Execution, task: TaskId) -> Option<&Condvar> {
    match execution.tasks[task].waits_until() {
        Some(Until::Notified { condvar, .. }) => Some(execution.objects.condvar(condvar)),
        _ => None,
    }
}

fn to_trace(notification: &condvar::Notification) -> Notification {
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
