//! Mistake: the time is kept as a floating-point number of seconds, which rounds long ones.
//!
//! Fails: `it_runs_once_at_its_time` with `wrong_result`.

use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

#[derive(Clone, Copy, PartialEq)]
enum State {
    Waits,
    Cancelled,
    Begun,
}

pub struct Timer {
    shared: Arc<(Mutex<State>, Condvar)>,
    thread: JoinHandle<()>,
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let shared = Arc::new((Mutex::new(State::Waits), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let begin = Instant::now();
        let after = Duration::try_from_secs_f64(after.as_secs_f64()).unwrap_or(Duration::MAX);
        let thread = thread::spawn(move || {
            let (state, changed) = &*theirs;
            let mut state = state.lock().unwrap();
            while *state == State::Waits {
                let left = after.saturating_sub(begin.elapsed());
                if left.is_zero() {
                    *state = State::Begun;
                    drop(state);
                    f();
                    return;
                }
                state = changed.wait_timeout(state, left).unwrap().0;
            }
        });
        Timer { shared, thread }
    }

    pub fn cancel(&self) -> bool {
        let mut state = self.shared.0.lock().unwrap();
        if *state == State::Waits {
            *state = State::Cancelled;
        }
        self.shared.1.notify_all();
        *state == State::Cancelled
    }

    pub fn join(self) {
        if let Err(payload) = self.thread.join() {
            std::panic::resume_unwind(payload);
        }
    }
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    for number in 0..times {
        thread::sleep(pause(number));
        call(number);
    }
}
