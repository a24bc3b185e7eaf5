//! Mistake: the function runs with the lock held, so `cancel` waits for its end, and its panic poisons the
//! lock.
//!
//! Fails: `it_runs_unless_it_is_cancelled` with `wrong_result`.
//! Fails: `join_tells_of_a_panic` with `panic`.

use std::panic;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
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
            let state = theirs.state.lock().unwrap();
            let armed = |state: &mut State| *state == State::Armed;
            let (mut state, _) = theirs.cancelled.wait_timeout_while(state, after, armed).unwrap();
            if *state == State::Armed {
                *state = State::Fired;
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
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    for number in 0..times {
        Timer::start(pause(number), || ()).join();
        call(number);
    }
}
