//! Mistake: `start` waits and runs the function itself.
//!
//! Fails: `it_runs_once_at_its_time` with `not_concurrent`.
//! Fails: `after_cancel_it_never_runs` with `wrong_result`.
//! Fails: `cancel_ends_the_thread_at_once` with `wrong_result`.
//! Fails: `drop_neither_cancels_nor_waits` with `wrong_result`.
//! Fails: `join_waits_for_the_end` with `wrong_result`.
//! Fails: `join_tells_of_a_panic` with `panic`.
//! Fails: `program_runs_on_time` with `wrong_output`.

use std::thread;
use std::time::Duration;

pub struct Timer;

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        thread::sleep(after);
        f();
        Self
    }

    pub fn cancel(&self) -> bool {
        false
    }

    pub fn join(self) {}
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    for number in 0..times {
        Timer::start(pause(number), || ()).join();
        call(number);
    }
}
