//! The areas of `std` that are tested, over the `library` of the parent module.

mod barrier;
mod condvar;
mod lazy_lock;
mod locals;
mod mpsc;
mod mpsc_bounded;
mod mutex;
mod once;
mod once_lock;
mod panics;
mod rwlock;
mod scoped;
mod streams;
mod threads;

use library::panic::{AssertUnwindSafe, catch_unwind};
use library::sync::Arc;
use library::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use super::{comes_to, library};

/// Counts how many of these were dropped.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// The message of the panic of `f`; nothing if it returns.
fn message_of<T>(f: impl FnOnce() -> T) -> Option<String> {
    let payload = catch_unwind(AssertUnwindSafe(f)).err()?;
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
}

/// What [`message_of`] returns for a panic with this message.
fn message(text: &str) -> Option<String> {
    Some(text.to_owned())
}
