//! The exercise `turnstiles`. The README beside this crate states the task and its rules.

// What you will probably want from the standard library:
//
//   std::thread::spawn, JoinHandle::join    a thread, and what it returned, or how it panicked
//   std::sync::Arc                          one value that several threads own
//   std::panic::resume_unwind               goes on with a panic that `join` returned

/// Lets `visits` visitors through each of `doors` doors, all doors at the same time, and counts them.
///
/// Each door is a thread. It calls `enter` with its number, from 0, for each of its visitors.
pub fn count_visitors(doors: usize, visits: usize, enter: impl Fn(usize) + Send + Sync + 'static) -> u64 {
    let _ = enter;
    todo!("count {visits} visitors at each of {doors} doors")
}
