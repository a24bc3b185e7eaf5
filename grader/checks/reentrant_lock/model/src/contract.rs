//! The public items of the exercise with their exact types, one line each.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};

use reentrant_lock::{Guard, ReentrantLock, Tree, visit};

const _: fn(&ReentrantLock) -> &(dyn Sync + '_) = |lock| lock;
const _: fn(ReentrantLock) -> Box<dyn Send> = |lock| Box::new(lock);
const _: for<'a> fn(Guard<'a>) -> Guard<'a> = |guard| guard;
const _: fn() -> ReentrantLock = || ReentrantLock::new();
const _: for<'a> fn(&'a ReentrantLock) -> Guard<'a> = |lock| lock.lock();
const _: for<'a> fn(&'a ReentrantLock) -> Option<Guard<'a>> = |lock| lock.try_lock();
const _: fn(&ReentrantLock) -> usize = |lock| lock.depth();
const _: fn(u32, Vec<Tree>) -> Tree = |value, children| Tree { value, children };
const _: fn(&Tree, &ReentrantLock, Visit<'_>) = |tree, lock, each| visit(tree, lock, each);

/// What is called with each number. It borrows, and is more than is promised, as those of the checks are: a submission
/// may ask for that.
type Visit<'a> = Box<dyn FnMut(u32) + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + 'a>;

/// Whether a `Guard` can be sent to another thread.
pub(crate) const GUARD_IS_SEND: bool = Probe::<Guard<'static>>::IS_SEND;

struct Probe<T>(PhantomData<T>);

/// The answer for types that are not `Send`: an associated constant of the type itself is preferred to that of a trait.
#[allow(dead_code, reason = "a submission uses this constant or the other one")]
trait NotSend {
    const IS_SEND: bool = false;
}

impl<T> NotSend for Probe<T> {}

#[allow(dead_code, reason = "a submission uses this constant or the other one")]
impl<T: Send> Probe<T> {
    const IS_SEND: bool = true;
}
