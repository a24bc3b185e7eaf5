//! Joins threads that call the submission, and passes their panics on with their own messages.

use std::panic;
use std::thread::ScopedJoinHandle;

/// The thread's value; its panic goes on in the caller.
pub(crate) fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|payload| panic::resume_unwind(payload))
}
