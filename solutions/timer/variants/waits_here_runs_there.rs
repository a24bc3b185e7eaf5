//! Variant: one thread waits, and starts another that runs the function.

use std::panic;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Timer {
    shared: Arc<(Mutex<Phase>, Condvar)>,
    thread: JoinHandle<()>,
}

#[derive(Clone, Copy)]
struct Phase {
    is_over: bool,
    is_cancelled: bool,
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let phase = Phase {
            is_over: false,
            is_cancelled: false,
        };
        let shared = Arc::new((Mutex::new(phase), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let (phase, changed) = &*theirs;
            let is_due = {
                let guard = phase.lock().unwrap();
                let (mut phase, _) = changed
                    .wait_timeout_while(guard, after, |phase| !phase.is_cancelled)
                    .unwrap();
                phase.is_over = true;
                !phase.is_cancelled
            };
            if is_due && let Err(payload) = thread::spawn(f).join() {
                panic::resume_unwind(payload);
            }
        });
        Self { shared, thread }
    }

    pub fn cancel(&self) -> bool {
        let (phase, changed) = &*self.shared;
        let mut phase = phase.lock().unwrap();
        if !phase.is_over {
            phase.is_cancelled = true;
            changed.notify_all();
        }
        phase.is_cancelled
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
