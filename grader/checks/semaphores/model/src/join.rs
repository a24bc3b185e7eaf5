//! Joining threads whose panic is the submission's: it is passed on with its own message.

use std::panic;
use std::thread::ScopedJoinHandle;

/// The thread's value; its panic goes on in the caller.
pub(crate) fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|payload| panic::resume_unwind(payload))
}
