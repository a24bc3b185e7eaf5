//! Threads that print: mixed, in blocks, and in blocks with somebody who takes no lock.
//!
//! The README beside this crate has a lesson about locks and the task. `cargo run -p print_multiple`
//! runs what you write here, and `cargo xtask grade print_multiple` grades it.

// What you will probably want from the standard library:
//
//   std::thread::scope        threads that may borrow, and that have ended when it returns
//   std::sync::Mutex          a lock; `Mutex::new(())` guards no value but a right
//   std::sync::MutexGuard     the lock is held as long as its guard lives: `let _guard = lock.lock()..`
//   print!, println!          lock standard output for the length of one call

use std::ops::RangeInclusive;

/// Lets one thread for each of `texts` print its text `n` times. No thread waits for another.
///
/// Each copy comes out whole, and the copies of different texts may come in any order: `ABBAAB`.
pub fn mixed(texts: &[&str], n: usize) {
    todo!("print each of {texts:?} {n} times, in a thread of its own")
}

/// Lets one thread for each of `texts` print its text `n` times, so that all copies of a text stand
/// together.
///
/// Any text may be the first: `BBBAAA`.
pub fn in_blocks(texts: &[&str], n: usize) {
    todo!("print each of {texts:?} {n} times, in a block")
}

/// As [`in_blocks`], beside a thread that prints `outsider` `n` times and takes no lock.
///
/// The outsider may stand anywhere, also inside a block: `AA.A.BBB.`.
pub fn with_an_outsider(texts: &[&str], outsider: &str, n: usize) {
    todo!("print each of {texts:?} {n} times in a block, and {outsider:?} wherever it comes")
}

/// Lets one thread for each of `numbers` print whether that is prime, and says when all have ended.
///
/// ```text
/// 3 is prime
/// 2 is prime
/// 4 is not prime
/// all threads finished
/// ```
pub fn print_primes(numbers: RangeInclusive<u64>) {
    todo!("say of each number in {numbers:?} whether it is prime")
}
