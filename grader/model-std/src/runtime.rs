//! Runs one execution of a program: its threads, what they wait for, and its clock.
//!
//! Every thread of the program is a coroutine on one operating-system thread. Before an operation that another thread
//! could notice, a thread *announces* it ([`announce`]), together with the condition that it waits for. Then
//! [`dispatch`] collects the threads whose operation may take effect, and the [`scheduler`] chooses one of them.
//! Between two announcements a thread runs alone, so the choices determine the whole execution.
//!
//! An [`Execution`] is one value. Little outlives it: the stacks and empty tables that the next execution reuses, the
//! counter of operations, the notes on weak orderings, and the thread-local values outside executions. Outside an
//! execution, operations take effect at once and never wait.

mod branches;
pub(crate) mod clock;
pub(crate) mod counts;
mod crashes;
pub(crate) mod deadlock;
mod dispatch;
mod execution;
pub(crate) mod executor;
mod fairness;
mod faults;
pub(crate) mod heap;
pub(crate) mod locals;
pub(crate) mod objects;
pub(crate) mod panics;
pub(crate) mod randomness;
pub(crate) mod recorder;
pub(crate) mod scheduler;
pub(crate) mod stacks;
pub(crate) mod task;
pub(crate) mod threads;
pub(crate) mod unwinding;
pub(crate) mod visibility;
mod waiting;
pub(crate) mod weak_memory;

pub(crate) use crashes::interrupt;

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use execution::Execution;
use objects::{Memory, ObjectId, State, Tag};
use task::{Manner, Operation, Site, Until, Waiting, Wake};

use crate::model::trace::ObjectKind;
use crate::model::{Switches, statics};

/// How many operations were announced, in all executions of the process.
static OPERATIONS: AtomicU64 = AtomicU64::new(0);

/// How many operations were announced so far, in all executions of the process.
pub(crate) fn operations() -> u64 {
    OPERATIONS.load(Ordering::Relaxed)
}

thread_local! {
    /// The execution that is under way on this operating-system thread.
    static CURRENT_EXECUTION: RefCell<Option<Box<Execution>>> = const { RefCell::new(None) };
    /// Whether the execution that is under way has scheduling points after operations. Apart from the execution, so
    /// that looking is quick.
    static SWITCHES_AFTER_RELEASE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` on the execution that is under way on this operating-system thread. Calls must not be nested, and `f` must
/// not switch to another task.
///
/// # Panics
///
/// Outside an execution.
pub(crate) fn with<R>(f: impl FnOnce(&mut Execution) -> R) -> R {
    try_with(f).expect("an execution is under way")
}

/// As [`with`]; `None` outside an execution.
pub(crate) fn try_with<R>(f: impl FnOnce(&mut Execution) -> R) -> Option<R> {
    CURRENT_EXECUTION.with(|execution| execution.borrow_mut().as_deref_mut().map(f))
}

/// Whether an execution is under way. False while the runtime itself has borrowed the execution: then only the hook for
/// a panic of the runtime can call this.
pub(crate) fn is_active() -> bool {
    CURRENT_EXECUTION.with(|execution| execution.try_borrow().is_ok_and(|execution| execution.is_some()))
}

/// Whether an execution is under way, and the program runs and not the runtime. For functions that anything may call,
/// also while the operating-system thread ends.
pub(crate) fn is_undisturbed() -> bool {
    with_undisturbed(|_| ()).is_some()
}

/// As [`try_with`] if [`is_undisturbed`], and `None` otherwise.
fn with_undisturbed<R>(f: impl FnOnce(&mut Execution) -> R) -> Option<R> {
    let found = CURRENT_EXECUTION.try_with(|execution| execution.try_borrow_mut().ok()?.as_deref_mut().map(f));
    found.ok()?
}

/// Begins `execution`; no other one is under way.
fn begin(execution: Box<Execution>) {
    SWITCHES_AFTER_RELEASE.set(execution.scheduler.optional.switches == Switches::BeforeAndAfter);
    CURRENT_EXECUTION.set(Some(execution));
}

/// Takes the execution, which is over.
fn end() -> Box<Execution> {
    SWITCHES_AFTER_RELEASE.set(false);
    CURRENT_EXECUTION.take().expect("an execution is under way")
}

/// The number of the object with this tag; `None` outside an execution.
pub(crate) fn resolve(tag: &Tag, kind: ObjectKind, memory: &Memory, state: fn() -> State) -> Option<ObjectId> {
    let id = tag
        .current_id()
        .or_else(|| try_with(|execution| execution.objects.add_tagged(tag, kind, memory, state())));
    if id.is_none() {
        statics::note_use_outside(std::ptr::from_ref(tag).addr());
    }
    id
}

/// Announces the next operation of the running thread, lets the scheduler choose the next thread, and returns when this
/// thread has its turn.
///
/// Does nothing outside an execution. The same holds for the variants below.
pub(crate) fn announce(operation: Operation) {
    announce_as(operation.object, operation.site, None, Manner::Plain);
}

/// As [`announce`], for an operation that waits until a condition holds or its deadline has passed.
#[inline]
pub(crate) fn announce_wait(operation: Operation, until: Until, deadline: Option<Duration>) -> Wake {
    announce_as(
        operation.object,
        operation.site,
        Some(&Waiting { until, deadline }),
        Manner::Plain,
    )
}

/// As [`announce`], for an operation with which the thread lets others go first.
pub(crate) fn announce_yielding(operation: Operation) {
    announce_as(operation.object, operation.site, None, Manner::Yielding);
}

/// As [`announce`], for an operation whose time makes no difference to any other thread.
pub(crate) fn announce_invisible(operation: Operation) {
    announce_as(operation.object, operation.site, None, Manner::Invisible);
}

/// As [`announce_invisible`], for an operation that waits until a condition holds.
#[inline]
pub(crate) fn announce_invisible_wait(operation: Operation, until: Until) {
    let deadline = None;
    announce_as(
        operation.object,
        operation.site,
        Some(&Waiting { until, deadline }),
        Manner::Invisible,
    );
}

/// Whether there are choices after operations in the execution that is under way.
pub(crate) fn switches_after_release() -> bool {
    SWITCHES_AFTER_RELEASE.get()
}

/// Lets the scheduler choose the next thread after an operation of the running thread that may let others go on, if
/// that is a choice in this execution. Called where the operation is complete, right before it returns to the program.
pub(crate) fn switch_after_release() {
    if !switches_after_release() {
        return;
    }
    let is_choice = with(|execution| {
        let is_choice = execution.others_may_go();
        if is_choice {
            // The thread is not yet where its next operation is announced.
            execution.learned(1);
            execution.me().is_after_operation = true;
        }
        is_choice
    });
    if is_choice {
        announce(Operation {
            object: None,
            site: None,
        });
        with(|execution| execution.me().is_after_operation = false);
    }
}

/// `object` and `site` are those of the operation. As two parameters they are passed in registers.
fn announce_as(object: Option<ObjectId>, site: Option<Site>, waiting: Option<&Waiting>, manner: Manner) -> Wake {
    let turn = try_with(|execution| {
        if !execution.must_not_be_interrupted(waiting) {
            // Relaxed: a watcher only looks whether the number grows. No update is lost, since one execution runs at a
            // time.
            OPERATIONS.store(OPERATIONS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            execution.begin_announcement(Operation { object, site }, waiting, manner);
            execution.decide();
            if !execution.goes_on_at_once() {
                return None;
            }
        }
        Some(execution.take_turn())
    });
    match turn {
        None => Wake::Ready,
        Some(Some(wake)) => wake,
        Some(None) => {
            executor::suspend();
            with(Execution::take_turn)
        }
    }
}
