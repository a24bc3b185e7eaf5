//! The scheduler under the controlled `std`: which thread goes next, what it waits for, what time it is.
//!
//! Every thread of the program is a coroutine on one operating-system thread. Before an operation that another thread could
//! notice, a thread *announces* it ([`announce`]) together with what must hold first; the scheduler then picks one of the
//! threads whose announced operation may take effect, and asks the [`scheduler`] where there is more than one. So between two
//! announcements a thread runs alone, and the sequence of choices determines the execution completely.
//!
//! Outside an execution ([`is_active`] is false) operations take effect at once and never wait.

pub(crate) mod clock;
pub(crate) mod deadlock;
mod dispatch;
mod execution;
pub(crate) mod executor;
mod fairness;
mod faults;
pub(crate) mod locals;
pub(crate) mod objects;
pub(crate) mod panics;
pub(crate) mod recorder;
pub(crate) mod scheduler;
pub(crate) mod task;
pub(crate) mod threads;
pub(crate) mod visibility;
mod waiting;
pub(crate) mod weak_memory;

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use execution::Execution;
use objects::{Memory, ObjectId, State, Tag};
use task::{Manner, Operation, Until, Waiting, Wake};

use crate::model::trace::ObjectKind;

/// How many operations were announced, in all executions of the process.
static OPERATIONS: AtomicU64 = AtomicU64::new(0);

/// How many operations were announced so far, in all executions of the process.
pub(crate) fn operations() -> u64 {
    OPERATIONS.load(Ordering::Relaxed)
}

thread_local! {
    /// The execution that is under way on this operating-system thread.
    static UNDER_WAY: RefCell<Option<Box<Execution>>> = const { RefCell::new(None) };
}

/// Runs `f` on the execution that is under way on this operating-system thread. Must not be nested, and `f` must not switch.
///
/// # Panics
///
/// Outside an execution.
pub(crate) fn with<R>(f: impl FnOnce(&mut Execution) -> R) -> R {
    try_with(f).expect("an execution is under way")
}

/// As [`with`]; `None` outside an execution.
pub(crate) fn try_with<R>(f: impl FnOnce(&mut Execution) -> R) -> Option<R> {
    UNDER_WAY.with(|execution| execution.borrow_mut().as_deref_mut().map(f))
}

/// Whether an execution is under way. Not while the runtime itself is at work, which only a panic of its own can ask.
pub(crate) fn is_active() -> bool {
    UNDER_WAY.with(|execution| execution.try_borrow().is_ok_and(|execution| execution.is_some()))
}

/// Begins `execution`; no other one is under way.
fn begin(execution: Box<Execution>) {
    UNDER_WAY.set(Some(execution));
}

/// Takes the execution that was under way, which is over.
fn end() -> Box<Execution> {
    UNDER_WAY.take().expect("an execution is under way")
}

/// The next of the keys that the running thread's hash maps take for random.
pub(crate) fn next_hash_key() -> u64 {
    let next_key = try_with(|execution| {
        let thread = execution.current as u64;
        let me = execution.me();
        me.hash_keys += 1;
        thread << 32 | me.hash_keys
    });
    next_key.unwrap_or(0)
}

/// The number of the object with this tag; `None` outside an execution.
pub(crate) fn resolve(tag: &Tag, kind: ObjectKind, memory: &Memory, state: fn() -> State) -> Option<ObjectId> {
    tag.known()
        .or_else(|| try_with(|execution| execution.objects.meet(tag, kind, memory, state())))
}

/// Announces the next operation of the running thread, lets the scheduler choose who goes first, and returns when it is this
/// thread's turn.
///
/// Does nothing outside an execution, as its variants below.
pub(crate) fn announce(operation: Operation) {
    announce_as(operation, None, Manner::Plain);
}

/// As [`announce`], for an operation that has to wait until something holds or its deadline has passed.
pub(crate) fn announce_wait(operation: Operation, until: Until, deadline: Option<Duration>) -> Wake {
    announce_as(operation, Some(Waiting { until, deadline }), Manner::Plain)
}

/// As [`announce`], for an operation by which the thread lets others go first.
pub(crate) fn announce_yielding(operation: Operation) {
    announce_as(operation, None, Manner::Yielding);
}

/// As [`announce`], for an operation that makes no difference to any other thread, whenever it takes effect.
pub(crate) fn announce_invisible(operation: Operation) {
    announce_as(operation, None, Manner::Invisible);
}

/// As [`announce_invisible`], for an operation that has to wait.
pub(crate) fn announce_invisible_wait(operation: Operation, until: Until) {
    let deadline = None;
    announce_as(operation, Some(Waiting { until, deadline }), Manner::Invisible);
}

fn announce_as(operation: Operation, waiting: Option<Waiting>, manner: Manner) -> Wake {
    let turn = try_with(|execution| {
        if !execution.must_not_be_interrupted(waiting) {
            // Nothing is published by it, since a watcher only looks whether the number grows; and nothing is lost, since there
            // is one execution at a time.
            OPERATIONS.store(OPERATIONS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            execution.begin_announcement(operation, waiting, manner);
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
