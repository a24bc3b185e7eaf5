//! The lost update: threads that count without losing anything, and threads that lose all but one.
//!
//! The statement is in `README.md`; `cargo run -p race_condition` runs what you write here, and
//! `cargo xtask grade race_condition` grades it.

// What you will probably want from the standard library:
//
//   std::thread::scope            threads that may borrow, and that have ended when it returns
//   std::sync::Mutex              a value that one thread at a time can use; `Mutex::into_inner`
//   std::sync::MutexGuard         the value is locked as long as its guard lives
//   std::sync::Barrier            a place where threads wait until all of them are there
//   std::sync::atomic::AtomicU64  `load`, `store`, and `fetch_add`, which is both in one step
//   std::sync::atomic::Ordering   `SeqCst` is right everywhere here

use std::sync::atomic::AtomicU64;

/// Starts `threads` threads that add 1 to a number, each in three steps, and returns the number.
///
/// The number is `start` at first. Each thread reads it, calls `between` with what it has read, and
/// writes one more than that. No other thread reads or writes in between, so nothing is lost. With 0
/// threads it starts one.
///
/// # Panics
///
/// If `between` panics, once all threads have ended.
pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    todo!("add 1 to {start} in {threads} threads, with {:p} between", &between)
}

/// Starts `threads` threads that add 1 to `value` and lose all but one of the additions, always.
///
/// Each thread loads `value` and stores one more than it has loaded, but no thread stores before all
/// of them have loaded. With 0 threads it starts one.
pub fn lose_all_but_one(value: &AtomicU64, threads: usize) {
    todo!("let {threads} threads load {value:?}, then let all of them store")
}

/// Counts with `threads` threads that make `rounds` rounds each, and returns how many there were.
///
/// Needs no lock: one operation of an atomic is enough for a round. With 0 threads it starts one.
pub fn count_without_locks(threads: usize, rounds: usize) -> u64 {
    todo!("count {threads} times {rounds} rounds")
}
