//! Mistake: the state is a `static`, so who cancels one timer cancels all.
//!
//! Fails: `after_cancel_it_never_runs` with `wrong_result`.
//! Fails: `it_runs_unless_it_is_cancelled` with `race`.
//! Fails: `join_tells_of_a_panic` with `wrong_result`.

use std::panic;
use std::sync::{Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Timer {
    thread: JoinHandle<()>,
}

static IS_CANCELLED: Mutex<bool> = Mutex::new(false);
static CANCELLED: Condvar = Condvar::new();

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        *IS_CANCELLED.lock().unwrap() = false;
        let thread = thread::spawn(move || {
            let is_cancelled = IS_CANCELLED.lock().unwrap();
            let (is_cancelled, _) = CANCELLED
                .wait_timeout_while(is_cancelled, after, |is_cancelled| !*is_cancelled)
                .unwrap();
            let is_due = !*is_cancelled;
            drop(is_cancelled);
            if is_due {
                f();
            }
        });
        Self { thread }
    }

    pub fn cancel(&self) -> bool {
        if self.thread.is_finished() {
            return false;
        }
        *IS_CANCELLED.lock().unwrap() = true;
        CANCELLED.notify_all();
        true
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
