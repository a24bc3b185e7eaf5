//! The areas under the model.

use std::fmt::Debug;

pub(crate) use model_std as library;

use outcomes::preemptions;

#[path = "barrier.rs"]
mod barrier;
#[path = "condvar.rs"]
mod condvar;
#[path = "lazy_lock.rs"]
mod lazy_lock;
#[path = "locals.rs"]
mod locals;
#[path = "mpsc.rs"]
mod mpsc;
#[path = "mpsc_bounded.rs"]
mod mpsc_bounded;
#[path = "mutex.rs"]
mod mutex;
#[path = "once.rs"]
mod once;
#[path = "once_lock.rs"]
mod once_lock;
#[path = "panics.rs"]
mod panics;
#[path = "rwlock.rs"]
mod rwlock;
#[path = "scoped.rs"]
mod scoped;
#[path = "streams.rs"]
mod streams;
#[path = "threads.rs"]
mod threads;

/// `body` comes to exactly the `allowed` results.
#[track_caller]
fn comes_to<T: Debug + 'static>(body: impl Fn() -> T + 'static, allowed: impl IntoIterator<Item = T>) {
    let allowed = allowed.into_iter().map(|value| format!("{value:?}")).collect();
    explores(Box::new(move || format!("{:?}", body())), allowed);
}

/// As [`comes_to`], of one type, so that the explorer is compiled once and not for each test.
#[track_caller]
fn explores(body: Box<dyn Fn() -> String>, allowed: Vec<String>) {
    let coverage = preemptions(2).returns(body, allowed);
    assert!(coverage.complete, "{coverage:?}");
}
