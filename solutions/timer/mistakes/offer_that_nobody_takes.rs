//! Mistake: `cancel` offers a message to a thread that need not have come to the channel yet. Then it is told
//! that it is too late, and it never is.
//!
//! Fails: `it_runs_once_at_its_time` with `wrong_result`.
//! Fails: `after_cancel_it_never_runs` with `wrong_result`.
//! Fails: `cancel_ends_the_thread_at_once` with `wrong_result`.
//! Fails: `drop_neither_cancels_nor_waits` with `wrong_result`.
//! Fails: `join_tells_of_a_panic` with `wrong_result`.

use std::panic;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};

pub struct Timer {
    cancel: Sender<()>,
    thread: JoinHandle<()>,
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let (cancel, cancelled) = bounded(0);
        let thread = thread::spawn(move || {
            if cancelled.recv_timeout(after) == Err(RecvTimeoutError::Timeout) {
                f();
            }
        });
        Self { cancel, thread }
    }

    pub fn cancel(&self) -> bool {
        self.cancel.try_send(()).is_ok()
    }

    pub fn join(self) {
        if let Err(payload) = self.thread.join() {
            panic::resume_unwind(payload);
        }
    }
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    for number in 0..times {
        Timer::start(pause(number), || ()).join();
        call(number);
    }
}
