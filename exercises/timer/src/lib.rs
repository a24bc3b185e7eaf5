//! A function that runs later, once, unless it is cancelled; and a function that is called again and
//! again.
//!
//! The README beside this crate states the task and its rules. `cargo run -p timer` runs what you
//! write here, and `cargo xtask grade timer` grades it.

// What you will probably want from the standard library:
//
//   std::thread::spawn              a thread that outlives the function that started it
//   JoinHandle::join                wait for its end; the panic that ended it, if one did
//   std::sync::{Arc, Mutex, Condvar}  what two threads share, and a place to sleep until it changes
//   Condvar::wait_timeout_while     sleep until a condition no longer holds or the time is up
//   std::panic::resume_unwind       go on with a panic that was caught

use std::time::Duration;

/// A function that runs later, in a thread of its own, unless it is cancelled before.
///
/// Dropping a timer does nothing: the function still runs at its time.
pub struct Timer {
    // The fields are yours to choose.
}

impl Timer {
    /// Starts a timer and returns at once. `f` runs when `after` has passed.
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let _f = f;
        todo!("start a thread that calls f after {after:?}")
    }

    /// Cancels the timer, and says whether that was in time. Never waits.
    ///
    /// After `true` the function has not run and never will, and the timer's thread ends at once. After
    /// `false` it runs, or has run.
    pub fn cancel(&self) -> bool {
        todo!("cancel, if the function has not begun")
    }

    /// Waits until the function has run, or the timer was cancelled, and its thread has ended.
    ///
    /// # Panics
    ///
    /// If the function panicked.
    pub fn join(self) {
        todo!("wait for the thread")
    }
}

/// Calls `call` so many times, with the numbers from 0, each time after a pause.
///
/// `pause(0)` says how long the pause before `call(0)` is; `pause(1)` is asked when `call(0)` has
/// returned, and so on. Returns after the last call.
pub fn repeat(times: usize, pause: impl FnMut(usize) -> Duration, call: impl FnMut(usize)) {
    let _functions = (pause, call);
    todo!("pause and call, {times} times")
}
