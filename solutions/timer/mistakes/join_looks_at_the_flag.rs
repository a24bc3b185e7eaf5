//! Mistake: the thread sleeps until its time, and `join` does not wait for it if it was cancelled.
//!
//! Fails: `it_runs_once_at_its_time` with `thread_leak`.
//! Fails: `after_cancel_it_never_runs` with `thread_leak`.
//! Fails: `cancel_ends_the_thread_at_once` with `thread_leak`.
//! Fails: `join_tells_of_a_panic` with `thread_leak`.

use std::panic;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Timer {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

struct Shared {
    state: Mutex<State>,
    cancelled: Condvar,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Armed,
    Cancelled,
    Fired,
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(State::Armed),
            cancelled: Condvar::new(),
        });
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            if theirs.falls_due(after) {
                f();
            }
        });
        Self { shared, thread }
    }

    pub fn cancel(&self) -> bool {
        let mut state = self.shared.state();
        if *state == State::Armed {
            *state = State::Cancelled;
            self.shared.cancelled.notify_one();
        }
        *state == State::Cancelled
    }

    pub fn join(self) {
        if *self.shared.state() == State::Cancelled {
            return;
        }
        if let Err(payload) = self.thread.join() {
            panic::resume_unwind(payload);
        }
    }
}

impl Shared {
    fn falls_due(&self, after: Duration) -> bool {
        thread::sleep(after);
        let mut state = self.state();
        let is_due = *state == State::Armed;
        if is_due {
            *state = State::Fired;
        }
        is_due
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    for number in 0..times {
        Timer::start(pause(number), || ()).join();
        call(number);
    }
}
