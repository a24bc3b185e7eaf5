//! Mistake: `cancel` waits until the thread has ended, even if its function runs for long.
//!
//! Fails: `it_runs_unless_it_is_cancelled` with `wrong_result`.
//! Fails: `join_tells_of_a_panic` with `panic`.

use std::panic;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Timer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
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
        Self {
            shared,
            thread: Mutex::new(Some(thread)),
        }
    }

    pub fn cancel(&self) -> bool {
        let mut state = self.shared.state();
        if *state == State::Armed {
            *state = State::Cancelled;
            self.shared.cancelled.notify_one();
        }
        let is_cancelled = *state == State::Cancelled;
        drop(state);
        let mut thread = self.thread.lock().unwrap();
        if let Some(Err(payload)) = thread.take().map(JoinHandle::join) {
            panic::resume_unwind(payload);
        }
        is_cancelled
    }

    pub fn join(self) {
        if let Some(Err(payload)) = self.thread.into_inner().unwrap().map(JoinHandle::join) {
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
    for number in 0..times {
        Timer::start(pause(number), || ()).join();
        call(number);
    }
}
