//! Mistake: all timers share a condition variable, and `cancel` wakes one thread, perhaps that of another timer.
//!
//! Fails: `cancel_ends_the_thread_at_once` with `wrong_result`.

use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

static CHANGES: Mutex<()> = Mutex::new(());
static CHANGED: Condvar = Condvar::new();

#[derive(Clone, Copy, PartialEq)]
enum State {
    Waits,
    Cancelled,
    Begun,
}

pub struct Timer {
    shared: Arc<Mutex<State>>,
    thread: JoinHandle<()>,
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let shared = Arc::new(Mutex::new(State::Waits));
        let theirs = Arc::clone(&shared);
        let begin = Instant::now();
        let thread = thread::spawn(move || {
            let mut guard = CHANGES.lock().unwrap();
            while *theirs.lock().unwrap() == State::Waits {
                let left = after.saturating_sub(begin.elapsed());
                if left.is_zero() {
                    *theirs.lock().unwrap() = State::Begun;
                    drop(guard);
                    f();
                    return;
                }
                guard = CHANGED.wait_timeout(guard, left).unwrap().0;
            }
        });
        Timer { shared, thread }
    }

    pub fn cancel(&self) -> bool {
        let _guard = CHANGES.lock().unwrap();
        let mut state = self.shared.lock().unwrap();
        if *state == State::Waits {
            *state = State::Cancelled;
        }
        CHANGED.notify_one();
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
