//! Spawning, ending and joining threads, and ending the process.

use std::io;
use std::rc::Rc;

use super::execution::{Execution, name_of_system_thread};
use super::executor::{self, Entry, Start};
use super::objects::{Memory, ObjectId, State, Tag};
use super::stacks;
use super::task::{Ending, Operation, Site, TaskId, TaskState, ThreadName, Until};
use super::{
    announce, announce_invisible, announce_invisible_wait, heap, locals, resolve, switch_after_release, try_with, with,
};
use crate::model::Spawns;
use crate::model::trace::{End, MAX_THREADS, ObjectKind, Op};

/// The task that is the body of the execution.
const BODY: TaskId = 0;

/// The number of a scope; `None` outside an execution.
pub(crate) fn scope_id(tag: &Tag) -> Option<ObjectId> {
    resolve(tag, ObjectKind::Scope, &Memory::none(), || State::Scope {
        running: Vec::new(),
    })
}

/// Starts a thread that runs `entry`, on a stack of `stack_size` bytes. `scope` is the scope that waits for it.
///
/// # Errors
///
/// As in `std`, where the system refuses the thread: the execution has had [`MAX_THREADS`], or there is no such stack.
///
/// # Panics
///
/// Outside an execution.
pub(crate) fn spawn(
    name: Option<ThreadName>,
    stack_size: usize,
    scope: Option<ObjectId>,
    site: Site,
    entry: Rc<dyn Entry>,
) -> io::Result<TaskId> {
    assert!(
        super::is_active(),
        "a thread was spawned at {site} outside an execution of `model::explore`, where nothing could run it"
    );
    let operation = Operation::at(site);
    match with(|execution| execution.scheduler.optional.spawns) {
        Spawns::Invisible => announce_invisible(operation),
        Spawns::Chosen => announce(operation),
    }
    if with(|execution| execution.tasks.len() > MAX_THREADS) {
        return Err(stacks::refused());
    }
    // The stack outlives the execution.
    let stack = heap::in_runtime(|| stacks::take(stack_size))?;
    let task = with(|execution| {
        note_overlap(execution);
        let task = execution.add_task(name, Some(site), Start { entry, stack });
        execution.count_begun();
        // The new thread may run before whatever the running thread does next.
        execution.me().performed.was_chosen_for_invisible = false;
        if let Some(scope) = scope {
            execution.objects.scope_running_mut(scope).push(task);
            execution.tasks[task].scope = Some(scope);
        }
        execution.record(None, Some(site), |_| Op::Spawn { thread: task });
        task
    });
    switch_after_release();
    Ok(task)
}

/// Notes whether another thread might spawn concurrently with the running one. The ancestors and the children of the
/// running thread do not count: they are spawned before this spawn in every order.
fn note_overlap(execution: &mut Execution) {
    if execution.scheduler.optional.spawns == Spawns::Chosen || execution.scheduler.spawns_overlap {
        return;
    }
    let (current, tasks) = (execution.current, &execution.tasks);
    let parent = |task: TaskId| tasks[task].parent.map(|parent| parent.task);
    let is_ancestor =
        |task: TaskId| std::iter::successors(Some(current), |task| parent(*task)).any(|other| other == task);
    let is_known = |task: TaskId| parent(task) == Some(current) || is_ancestor(task);
    execution.scheduler.spawns_overlap = !(0..tasks.len()).all(is_known);
}

/// Ends the running task, whose result is already stored.
pub(crate) fn end(ending: Ending) {
    match with(|execution| (execution.current, execution.me().scope)) {
        (BODY, _) => end_body(ending),
        (_, scope) => end_thread(scope, ending),
    }
}

fn end_thread(scope: Option<ObjectId>, ending: Ending) {
    // A thread that has just noticed the end of another one need not end at once: a third thread may still see it
    // running.
    if with(|execution| execution.turn.choice_is_pending || scope.is_none() && execution.may_be_late()) {
        announce_end();
    }
    with(|execution| {
        execution.note_operation_between_counts();
        execution.counts.note_end(execution.current);
        execution.me().announced.operation.object = None;
        let (current, now) = (execution.current, execution.now);
        // Ending is no operation, so another thread may still see this one running for a while.
        execution.me().end_function(ending, Some(now));
        execution.n_alive -= 1;
        if let Some(scope) = scope {
            // The scope may be left before a thread-local destructor performs an operation.
            execution.me().performed.was_chosen_for_invisible = false;
            execution
                .objects
                .scope_running_mut(scope)
                .retain(|task| *task != current);
            execution.release_to(scope);
            // A sum, because a thread that waits for all threads of a scope cannot see the order in which they end.
            let history = execution
                .objects
                .history(scope)
                .wrapping_add(execution.tasks[current].history);
            execution.objects.set_history(scope, history);
            let readings = execution.objects.readings(scope).max(execution.tasks[current].readings);
            execution.objects.set_readings(scope, readings);
        }
        execution.changed_irreversibly();
        execution.record(None, None, |_| Op::EndThread {
            panicked: ending == Ending::Panicked,
        });
    });
    locals::destroy();
    with(|execution| {
        execution.me().state = TaskState::Ended;
        execution.changed_irreversibly();
        execution.decide();
    });
}

fn announce_end() {
    let operation = Operation {
        object: None,
        site: None,
    };
    announce(operation);
}

/// Ends the body of the execution, and thereby the execution.
fn end_body(ending: Ending) {
    if with(|execution| execution.turn.choice_is_pending) {
        announce_end();
    }
    with(|execution| {
        execution.note_operation_between_counts();
        execution.me().end_function(ending, None);
    });
    locals::destroy();
    with(|execution| {
        let left: Vec<TaskId> = (0..execution.tasks.len())
            .filter(|task| is_left_running(execution, *task))
            .collect();
        let end = match (ending, &execution.tasks[0].panics.last) {
            (Ending::Panicked, panic) => End::Panicked(panic.clone().unwrap_or_default()),
            (Ending::Returned, _) if left.is_empty() => End::Finished,
            (Ending::Returned, _) => End::ThreadsLeft { threads: left },
        };
        execution.finish(end);
    });
}

/// Whether the thread still runs when the body has ended. A thread whose function has just ended may count as running,
/// if no other thread has waited for it.
fn is_left_running(execution: &mut Execution, task: TaskId) -> bool {
    let state = &execution.tasks[task];
    let may_be_slow = state.is_done_unnoticed(execution.now) && state.scope.is_none();
    // A thread of a library that is about to use a count has most likely done its work, and drops what that shared.
    // One that stands right after an operation may have done its work with that.
    let cleans_up = state.is_of_library && (state.is_at_count || state.is_after_operation);
    !state.is_idle && !cleans_up && (state.done.is_none() || may_be_slow && execution.choose_outcome(2, 1) == 1)
}

/// Ends the execution because a panic left a thread, after which `std` aborts the process.
pub(crate) fn abort_after_panic() {
    with(|execution| {
        let thread = execution.current;
        let panics = execution.me().panics.last.take().into_iter().collect();
        execution.finish(End::Aborted { thread, panics });
    });
}

/// Waits until `task` has ended.
pub(crate) fn join(task: TaskId, site: Site) {
    announce_invisible_wait(Operation::at(site), Until::Ended(task));
    try_with(|execution| {
        if let Some(joined) = execution.tasks.get_mut(task) {
            joined.note_end_is_known();
            execution.take_from_ended(task);
            execution.counts.join(execution.current, task);
        }
        execution.record(None, Some(site), |_| Op::Join { thread: task });
    });
}

/// Whether the function of `task` has returned or panicked.
///
/// A thread ends together with its last operation. Ending is no separate operation, because that would multiply the
/// interleavings of most programs. Other threads may run between the last operation and the end, but that can be seen
/// in two places only: here, and where the body ends. In these two places it is a choice.
pub(crate) fn is_finished(task: TaskId, site: Site) -> bool {
    announce(Operation::at(site));
    let finished = try_with(|execution| {
        let Some(state) = execution.tasks.get(task) else {
            return true;
        };
        let may_be_late = state.is_done_unnoticed(execution.now);
        let finished = state.done.is_some() && !(may_be_late && execution.choose_outcome(2, 1) == 1);
        execution.learned(finished.into());
        if finished {
            execution.tasks[task].note_end_is_known();
            execution.take_from_ended(task);
            execution.counts.join_function(execution.current, task);
        }
        execution.record(None, Some(site), |_| Op::IsFinished { thread: task, finished });
        finished
    });
    finished.unwrap_or(true)
}

/// How many threads of the scope run, read as an operation of the running thread; 0 outside an execution.
pub(crate) fn running_in(scope: Option<ObjectId>) -> usize {
    let Some(id) = scope else { return 0 };
    announce(Operation {
        object: Some(id),
        site: None,
    });
    with(|execution| {
        let running = execution.objects.scope_running(id).len();
        execution.learned(running as u64);
        running
    })
}

/// Waits until every thread of the scope has ended.
pub(crate) fn leave_scope(scope: Option<ObjectId>, site: Site) {
    let Some(id) = scope else { return };
    announce_invisible_wait(Operation::on(id, site), Until::ScopeEmpty(id));
    with(|execution| {
        execution.acquire_from(id);
        for task in 0..execution.tasks.len() {
            if execution.tasks[task].scope == Some(id) {
                execution.counts.join_function(execution.current, task);
            }
        }
        execution.record(None, Some(site), |_| Op::LeaveScope);
    });
}

/// Ends the execution because the program exits or aborts. `code` is `None` for an abort.
///
/// # Panics
///
/// Outside an execution, where the caller has to end the process.
pub(crate) fn exit(code: Option<i32>, site: Site) -> ! {
    assert!(
        super::is_active(),
        "the end of the process was asked for outside an execution"
    );
    announce(Operation::at(site));
    with(|execution| {
        let thread = execution.current;
        execution.record(None, Some(site), |_| Op::Exit { code });
        execution.finish(End::Exited {
            code,
            thread,
            place: Some(super::recorder::place(site)),
        });
    });
    loop {
        executor::suspend();
    }
}

/// The running thread's number and name.
pub(crate) fn current() -> (TaskId, Option<ThreadName>) {
    let current = try_with(|execution| (execution.current, execution.me().name.clone()));
    current.unwrap_or_else(|| (BODY, name_of_system_thread()))
}
