//! Mistake: the first call is not counted, so there is one too few.
//!
//! Fails: `repeat_calls_so_often` with `wrong_result`.
//! Fails: `repeat_pauses_before_each_call` with `wrong_result`.
//! Fails: `program_runs_on_time` with `wrong_output`.

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
        if let Err(payload) = self.thread.join() {
            panic::resume_unwind(payload);
        }
    }
}

impl Shared {
    fn falls_due(&self, after: Duration) -> bool {
        let (mut state, _) = self
            .cancelled
            .wait_timeout_while(self.state(), after, |state| *state == State::Armed)
            .unwrap_or_else(PoisonError::into_inner);
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
    for number in 1..times {
        Timer::start(pause(number), || ()).join();
        call(number);
    }
}
