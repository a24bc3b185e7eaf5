//! What runs one execution of a program under control: its threads, what they wait for, and what time it is.
//!
//! Every thread of the program is a coroutine on one operating-system thread. Before an operation that another thread
//! could notice, a thread *announces* it ([`announce`]), together with what must hold first. Then [`dispatch`] collects
//! the threads whose operation may take effect, and the [`scheduler`] chooses one of them. Between two announcements a
//! thread runs alone, so the choices determine the execution completely.
//!
//! An [`Execution`] is one value. What outlives it is small: the stacks and empty tables that the next one uses again,
//! the counter of operations, the notes on weak orderings, and thread-local values outside executions. Outside an
//! execution operations take effect at once and never wait.

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

/// Runs `f` on the execution that is under way on this operating-system thread. Must not be nested, and `f` must not
/// switch.
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

/// Whether an execution is under way. False while the runtime itself is at work: then only a panic of its own can ask.
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

/// A new key for a hash map of the running thread. It stands in for the random key of `std` and is the same in every
/// run of a schedule.
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

/// Announces the next operation of the running thread, lets the scheduler choose who goes first, and returns when it is
/// this thread's turn.
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
            // Relaxed: a watcher only looks whether the number grows. No update is lost, since one execution runs at a
            // time.
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
