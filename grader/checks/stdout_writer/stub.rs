//! Threads that take turns at standard output: one at a time, then two at a time.
//!
//! The statement is in `README.md`; `cargo run -p stdout_writer` runs what you write here, and
//! `cargo xtask grade stdout_writer` grades it.

use std::time::Duration;

/// Starts one thread for each pause and lets them write one at a time.
///
/// Thread `k` (the first is 1) writes `Thread-k writing..`, sleeps `pauses[k - 1]`, and writes
/// `..done` and a newline. No other thread writes in between, so that every line is whole:
///
/// ```text
/// Thread-2 writing....done
/// Thread-1 writing....done
/// ```
///
/// Any thread may go first. When this function returns, all its threads have ended.
//
// Worth a look in the documentation of std: `std::thread::scope`, or `std::thread::spawn` and
// `JoinHandle::join`; `std::sync::Mutex` and `MutexGuard`; `std::thread::sleep`. `print!` locks
// standard output for one call only; `std::io::stdout().lock()` keeps it for longer. Text that was
// printed without a newline shows up late: see `std::io::Write::flush`.
pub fn one_at_a_time(pauses: &[Duration]) {
    todo!("let one thread a pause write its line, one at a time: {pauses:?}")
}

/// Starts one thread for each pause and lets at most two be between their two writes at once.
///
/// Each thread writes the same two parts as in [`one_at_a_time`], with its pause in between.
/// Parts of two threads may now stand on one line, and two pauses pass at the same time:
///
/// ```text
/// Thread-1 writing..Thread-3 writing....done
/// ..done
/// Thread-2 writing....done
/// ```
///
/// When this function returns, all its threads have ended.
//
// std has no semaphore. Build one from `std::sync::Mutex` and `std::sync::Condvar`, and give the
// permit back in `Drop`; or put two tokens into a channel (`std::sync::mpsc::channel`,
// `std::sync::mpsc::sync_channel`).
pub fn two_at_a_time(pauses: &[Duration]) {
    todo!("let one thread a pause write its line, two at a time: {pauses:?}")
}
