//! Why nobody can go on: who waits for what, who holds it, and whether a notification passed somebody by.

use super::task::{TaskId, Until};
use super::{Runtime, recorder};
use crate::model::trace::{End, Wait};

/// The end of an execution in which no task can go and no deadline will come.
pub(crate) fn explain(runtime: &Runtime) -> End {
    let stuck = (0..runtime.tasks.len()).filter(|task| !runtime.tasks[*task].ended);
    let stuck: Vec<TaskId> = stuck.collect();
    let waits: Vec<Wait> = stuck.iter().map(|task| wait(runtime, *task)).collect();
    if let Some((waiter, site)) = stuck.iter().find_map(|task| Some((*task, passed_by(runtime, *task)?))) {
        return End::LostWakeup { waits, waiter, notified_at: Some(recorder::place(site)) };
    }
    let cycle = cycle(&waits);
    End::Deadlock { waits, cycle }
}

fn wait(runtime: &Runtime, task: TaskId) -> Wait {
    let state = &runtime.tasks[task];
    let (held_by, held_since) = holders(runtime, task, state.until);
    Wait {
        thread: task,
        operation: state.pending.name.to_owned(),
        object: state.pending.object,
        place: state.pending.site.map(recorder::place),
        held_by,
        held_since,
    }
}

fn holders(runtime: &Runtime, task: TaskId, until: Until) -> (Vec<TaskId>, Option<crate::model::trace::Place>) {
    match until {
        Until::Free(lock) | Until::Readable(lock) | Until::FreeOrMine(lock) => {
            let lock = runtime.objects.lock(lock);
            let mut held_by: Vec<TaskId> = lock.writer.into_iter().chain(lock.readers.iter().copied()).collect();
            held_by.dedup();
            (held_by, lock.since.map(recorder::place))
        }
        Until::Notified { lock, .. } if runtime.tasks[task].notified => holders(runtime, task, Until::Free(lock)),
        Until::Ended(other) => (vec![other], None),
        Until::ScopeEmpty(scope) => (runtime.objects.scope_running(scope).to_vec(), None),
        Until::Settled(once) | Until::Initialised(once) => match runtime.objects.once(once) {
            super::object::Once::Running(holder) => (vec![holder], None),
            _ => (Vec::new(), None),
        },
        Until::Now
        | Until::Never
        | Until::Notified { .. }
        | Until::Unparked
        | Until::Released { .. }
        | Until::Receivable(_)
        | Until::Sendable(_)
        | Until::Taken { .. } => (Vec::new(), None),
    }
}

/// The line that notified while `task` was not yet waiting, if `task` waits for a notification.
fn passed_by(runtime: &Runtime, task: TaskId) -> Option<super::task::Site> {
    let state = &runtime.tasks[task];
    match state.until {
        Until::Notified { condvar, .. } if !state.notified => runtime.objects.condvar(condvar).missed,
        _ => None,
    }
}

/// The first cycle in which each thread waits for one that the next holds up.
fn cycle(waits: &[Wait]) -> Vec<TaskId> {
    let holder_of = |task: TaskId| waits.iter().find(|wait| wait.thread == task)?.held_by.first().copied();
    for wait in waits {
        let mut path = vec![wait.thread];
        while let Some(holder) = path.last().and_then(|last| holder_of(*last)) {
            if holder == wait.thread {
                return path;
            }
            if path.contains(&holder) {
                break;
            }
            path.push(holder);
        }
    }
    Vec::new()
}
