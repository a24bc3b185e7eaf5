//! Three ways to tell threads that something is so: an event, a latch and a barrier, built on `std`.
//!
//! The README beside this crate states the task and its rules. `cargo run -p event` runs what you
//! write here, and `cargo xtask grade event` grades it.

// What you will probably want from the standard library:
//
//   std::sync::{Mutex, Condvar}     a state behind a lock, and a place to sleep until it changes
//   Condvar::wait_while             sleep as long as a condition holds, whatever wakes the thread
//   Condvar::wait_timeout_while     the same, until a timeout has passed
//   Condvar::notify_all             wake every thread that sleeps there
//   usize::saturating_sub           one less, but never below 0

use std::time::Duration;

/// A flag that threads can wait for. It is not set at first.
pub struct Event {
    // The fields are yours to choose.
}

impl Event {
    /// Makes an event that is not set.
    pub fn new() -> Self {
        todo!("make an event")
    }

    /// Sets the event and frees every thread that waits for it, also if `clear` follows at once.
    pub fn set(&self) {
        todo!("set the event and wake all who wait")
    }

    /// Takes the event back: whoever waits from now on sleeps until the next `set`.
    pub fn clear(&self) {
        todo!("take the event back")
    }

    /// Whether the event is set at this moment.
    pub fn is_set(&self) -> bool {
        todo!("look at the event")
    }

    /// Sleeps until the event is set. Returns at once if it is set already.
    pub fn wait(&self) {
        todo!("sleep until the event is set")
    }

    /// Sleeps until the event is set, but no longer than `timeout`. Returns whether it was set.
    ///
    /// A timeout of zero makes it [`Event::is_set`]; `Duration::MAX` is practically for ever.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        todo!("sleep at most {timeout:?} until the event is set")
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

/// A count of things that have yet to happen. When it reaches 0 the latch opens, for good.
pub struct Latch {
    // The fields are yours to choose.
}

impl Latch {
    /// Makes a latch that opens after `count` calls of [`Latch::count_down`]. With 0 it is open.
    pub fn new(count: usize) -> Self {
        todo!("make a latch that counts down from {count}")
    }

    /// Counts one thing that has happened. Does nothing if the latch is open.
    pub fn count_down(&self) {
        todo!("count down, and wake all who wait if that was the last")
    }

    /// Sleeps until the latch is open. Returns at once if it is open already.
    pub fn wait(&self) {
        todo!("sleep until the count is 0")
    }
}

/// A barrier for so many threads: in each round, every one of them waits until all have come.
pub struct Rounds {
    // The fields are yours to choose.
}

impl Rounds {
    /// Makes a barrier for `threads` threads, for any number of rounds. 0 threads means 1.
    pub fn new(threads: usize) -> Self {
        todo!("make a barrier for {threads} threads")
    }

    /// Sleeps until all threads have come to this round, then returns in each of them: `true` in
    /// one, the *leader* of the round, and `false` in the others.
    pub fn wait(&self) -> bool {
        todo!("sleep until all threads are here")
    }
}
