//! Mistake: one thread serves all timers, one after the other, so a function that takes long delays the others.
//!
//! Fails: `it_runs_once_at_its_time` with `thread_leak`.
//! Fails: `after_cancel_it_never_runs` with `thread_leak`.
//! Fails: `it_runs_unless_it_is_cancelled` with `race`.
//! Fails: `cancel_ends_the_thread_at_once` with `wrong_result`.
//! Fails: `drop_neither_cancels_nor_waits` with `wrong_result`.
//! Fails: `join_waits_for_the_end` with `thread_leak`.
//! Fails: `join_tells_of_a_panic` with `thread_leak`.
//! Fails: `repeat_calls_so_often` with `thread_leak`.
//! Fails: `repeat_pauses_before_each_call` with `thread_leak`.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

pub struct Timer {
    state: Arc<Mutex<State>>,
    end: Receiver<thread::Result<()>>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Armed,
    Cancelled,
    Fired,
}

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let state = Arc::new(Mutex::new(State::Armed));
        let theirs = Arc::clone(&state);
        let (tell, end) = mpsc::channel();
        thread::spawn(move || {
            thread::sleep(after);
            let _one = ONE_AT_A_TIME.lock().unwrap();
            let is_due = *theirs.lock().unwrap() == State::Armed;
            if is_due {
                *theirs.lock().unwrap() = State::Fired;
                let outcome = panic::catch_unwind(AssertUnwindSafe(f));
                let _ = tell.send(outcome);
            }
        });
        Self { state, end }
    }

    pub fn cancel(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        if *state == State::Armed {
            *state = State::Cancelled;
        }
        *state == State::Cancelled
    }

    pub fn join(self) {
        if let Ok(Err(payload)) = self.end.recv() {
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
