//! Mistake: the flag changes without the mutex, so the notification can come between the look at it and the
//! sleep.
//!
//! Fails: `cancel_ends_the_thread_at_once` with `wrong_result`.

use std::panic;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Timer {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

struct Shared {
    state: AtomicU8,
    asleep: Mutex<()>,
    cancelled: Condvar,
}

const ARMED: u8 = 0;
const CANCELLED: u8 = 1;
const FIRED: u8 = 2;

impl Shared {
    fn change(&self, to: u8) -> bool {
        self.state
            .compare_exchange(ARMED, to, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    }
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let shared = Arc::new(Shared {
            state: AtomicU8::new(ARMED),
            asleep: Mutex::new(()),
            cancelled: Condvar::new(),
        });
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let asleep = theirs.asleep.lock().unwrap();
            let is_armed = |(): &mut ()| theirs.state.load(Ordering::SeqCst) == ARMED;
            drop(theirs.cancelled.wait_timeout_while(asleep, after, is_armed));
            if theirs.change(FIRED) {
                f();
            }
        });
        Self { shared, thread }
    }

    pub fn cancel(&self) -> bool {
        let is_cancelled = self.shared.change(CANCELLED);
        self.shared.cancelled.notify_one();
        is_cancelled
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
