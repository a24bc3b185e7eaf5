//! The life of threads: spawning, ending, joining, and the end of the process.

use std::rc::Rc;
use std::sync::Arc;

use super::executor::{self, Entry};
use super::objects::{Memory, ObjectId, State, Tag};
use super::recorder::Seen;
use super::task::{Operation, Site, TaskId, Until};
use super::{Runtime, announce, announce_unseen, locals, resolve, try_with, with};
use crate::model::Spawns;
use crate::model::trace::End;

/// The task that is the body of the execution.
const BODY: TaskId = 0;

/// A scope's number; `None` outside an execution.
pub(crate) fn scope_id(tag: &Tag) -> Option<ObjectId> {
    resolve(tag, "scope", &Memory::none(), || State::Scope { running: Vec::new() })
}

/// Starts a thread that runs `entry`. `scope` is the scope that waits for it.
///
/// # Panics
///
/// Outside an execution.
pub(crate) fn spawn(name: Option<Arc<str>>, scope: Option<ObjectId>, site: Site, entry: Rc<dyn Entry>) -> TaskId {
    assert!(
        super::is_active(),
        "a thread was spawned outside an execution, where nothing could run it"
    );
    let operation = Operation {
        name: "spawn",
        object: None,
        site: Some(site),
    };
    match with(|runtime| runtime.scheduler.spawns) {
        Spawns::Invisible => announce_unseen(operation, Until::Now),
        Spawns::Chosen => {
            announce(operation, Until::Now, None);
        }
    }
    with(|runtime| {
        runtime.note_overlap();
        let task = runtime.add_task(name, Some(site), entry);
        // The new thread may be quicker than whatever comes next.
        runtime.me().is_fresh = false;
        if let Some(scope) = scope {
            runtime.objects.scope_running_mut(scope).push(task);
            runtime.tasks[task].scope = Some(scope);
        }
        runtime.record("spawn", None, Some(site), |_| Seen {
            detail: Some(format!("thread {task}")),
            ..Seen::default()
        });
        task
    })
}

impl Runtime {
    /// Notes where others might have spawned before the running thread, which spawns now, and did so after it, or the other way
    /// round. What the thread and those before it in its line have spawned was there in any case.
    fn note_overlap(&mut self) {
        if self.scheduler.spawns == Spawns::Chosen || self.scheduler.spawns_overlap {
            return;
        }
        let parent = |task: TaskId| self.tasks[task].parent.map(|parent| parent.task);
        let is_in_line =
            |task: TaskId| std::iter::successors(Some(self.current), |task| parent(*task)).any(|other| other == task);
        let is_known = |task: TaskId| parent(task) == Some(self.current) || is_in_line(task);
        self.scheduler.spawns_overlap = !(0..self.tasks.len()).all(is_known);
    }
}

/// Whether a thread's function returned or panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Returned,
    Panicked,
}

/// Ends the running task: its result is where it belongs.
pub(crate) fn end(ending: Ending) {
    match with(|runtime| (runtime.current, runtime.me().scope)) {
        (BODY, _) => end_body(ending),
        (_, scope) => end_thread(scope, ending),
    }
}

fn end_thread(scope: Option<ObjectId>, ending: Ending) {
    // Whoever looks at a thread that has just learned of another's end may still find it running.
    if with(|runtime| runtime.turn.choice_is_due || scope.is_none() && runtime.may_be_late()) {
        announce_end();
    }
    with(|runtime| {
        runtime.me().pending.object = None;
        let (current, now) = (runtime.current, runtime.now);
        // Ending is no operation, so it may be later than it seems.
        runtime.me().end_function(ending, Some(now));
        if let Some(scope) = scope {
            runtime.objects.scope_running_mut(scope).retain(|task| *task != current);
            runtime.release_to(scope);
            // A sum: in which order the threads of a scope end makes no difference to who waits for them all.
            let history = runtime
                .objects
                .history(scope)
                .wrapping_add(runtime.tasks[current].history);
            runtime.objects.set_history(scope, history);
        }
        runtime.made_progress();
        let name = if ending == Ending::Panicked { "panic" } else { "end" };
        runtime.record(name, None, None, |runtime| Seen {
            detail: runtime.tasks[current]
                .panic
                .as_ref()
                .filter(|_| name == "panic")
                .map(|(message, _)| message.clone()),
            ..Seen::default()
        });
    });
    locals::destroy();
    with(|runtime| {
        let me = runtime.me();
        me.ended = true;
        me.until = Until::Now;
        me.deadline = None;
        runtime.made_progress();
        runtime.decide();
    });
}

fn announce_end() {
    let operation = Operation {
        name: "end",
        object: None,
        site: None,
    };
    announce(operation, Until::Now, None);
}

/// Ends the body of the execution, and with it the execution.
fn end_body(ending: Ending) {
    if with(|runtime| runtime.turn.choice_is_due) {
        announce_end();
    }
    with(|runtime| {
        runtime.me().end_function(ending, None);
    });
    locals::destroy();
    with(|runtime| {
        let left: Vec<TaskId> = (0..runtime.tasks.len())
            .filter(|task| runtime.is_left_running(*task))
            .collect();
        let end = match (ending, &runtime.tasks[0].panic) {
            (Ending::Panicked, panic) => {
                let (message, place) = panic.clone().unwrap_or_default();
                End::Panicked { message, place }
            }
            (Ending::Returned, _) if left.is_empty() => End::Finished,
            (Ending::Returned, _) => End::ThreadsLeft { threads: left },
        };
        runtime.finish(end);
    });
}

impl Runtime {
    /// Whether the thread runs on when the body has ended: it may be on its way out and slow, if nobody has waited for it.
    fn is_left_running(&mut self, task: TaskId) -> bool {
        let state = &self.tasks[task];
        let may_be_slow = state.done_unseen == Some(self.now) && state.scope.is_none();
        !state.done || may_be_slow && self.choose_outcome(2, 1) == 1
    }
}

/// Ends the execution because a panic left a thread where `std` lets none out: it aborts the process.
pub(crate) fn abort_after_panic() {
    with(|runtime| {
        let thread = runtime.current;
        let place = runtime.me().panic.take().and_then(|(_, place)| place);
        runtime.finish(End::Exited {
            code: None,
            thread,
            place,
        });
    });
}

/// Waits until `task` has ended.
pub(crate) fn join(task: TaskId, site: Site) {
    announce_unseen(
        Operation {
            name: "join",
            object: None,
            site: Some(site),
        },
        Until::Ended(task),
    );
    try_with(|runtime| {
        if let Some(joined) = runtime.tasks.get_mut(task) {
            joined.done_unseen = None;
            runtime.take_from_ended(task);
        }
        runtime.record("join", None, Some(site), |_| Seen {
            detail: Some(format!("thread {task}")),
            ..Seen::default()
        });
    });
}

/// Whether the function of `task` has returned or panicked.
///
/// A thread ends with its last operation: ending is no operation of its own, which would multiply the interleavings of
/// most programs. Only here and where the body ends can it be seen that another thread may come in between: there it is a choice.
pub(crate) fn is_finished(task: TaskId, site: Site) -> bool {
    announce(
        Operation {
            name: "is_finished",
            object: None,
            site: Some(site),
        },
        Until::Now,
        None,
    );
    let finished = try_with(|runtime| {
        let Some(state) = runtime.tasks.get(task) else {
            return true;
        };
        let may_be_late = state.done_unseen == Some(runtime.now);
        let finished = state.done && !(may_be_late && runtime.choose_outcome(2, 1) == 1);
        runtime.learned(finished.into());
        if finished {
            runtime.tasks[task].done_unseen = None;
            runtime.take_from_ended(task);
        }
        runtime.record("is_finished", None, Some(site), |_| Seen {
            detail: Some(format!("thread {task} → {finished}")),
            ..Seen::default()
        });
        finished
    });
    finished.unwrap_or(true)
}

/// How many threads of the scope run, asked as an operation of the running thread; 0 outside an execution.
pub(crate) fn running_in(scope: Option<ObjectId>) -> usize {
    let Some(id) = scope else { return 0 };
    announce(
        Operation {
            name: "look at scope",
            object: Some(id),
            site: None,
        },
        Until::Now,
        None,
    );
    with(|runtime| {
        let running = runtime.objects.scope_running(id).len();
        runtime.learned(running as u64);
        running
    })
}

/// Waits until every thread of the scope has ended.
pub(crate) fn leave_scope(scope: Option<ObjectId>, site: Site) {
    let Some(id) = scope else { return };
    announce_unseen(
        Operation {
            name: "leave scope",
            object: Some(id),
            site: Some(site),
        },
        Until::ScopeEmpty(id),
    );
    with(|runtime| {
        runtime.acquire_from(id);
        runtime.record("leave scope", None, Some(site), |_| Seen::default());
    });
}

/// Ends the execution because the program asked for the end of its process. `code` is `None` for an abort.
///
/// # Panics
///
/// Outside an execution: the caller has to end the process itself.
pub(crate) fn exit(code: Option<i32>, site: Site) -> ! {
    assert!(
        super::is_active(),
        "the end of the process was asked for outside an execution"
    );
    announce(
        Operation {
            name: "exit",
            object: None,
            site: Some(site),
        },
        Until::Now,
        None,
    );
    with(|runtime| {
        let thread = runtime.current;
        runtime.record("exit", None, Some(site), |_| Seen {
            detail: code.map(|code| code.to_string()),
            ..Seen::default()
        });
        runtime.finish(End::Exited {
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
pub(crate) fn current() -> (TaskId, Option<Arc<str>>) {
    let current = try_with(|runtime| (runtime.current, runtime.me().name.clone()));
    current.unwrap_or_else(|| (BODY, Some("main".into())))
}
