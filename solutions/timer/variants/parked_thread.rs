//! Variant: the thread parks until its deadline, and the state is an atomic that both sides try to change. A second
//! `cancel` says `false`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub struct Timer {
    state: Arc<AtomicU8>,
    thread: JoinHandle<()>,
}

const ARMED: u8 = 0;
const CANCELLED: u8 = 1;
const FIRED: u8 = 2;

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let state = Arc::new(AtomicU8::new(ARMED));
        let theirs = Arc::clone(&state);
        let start = Instant::now();
        let thread = thread::spawn(move || {
            while theirs.load(Ordering::Acquire) == ARMED {
                match after.checked_sub(start.elapsed()) {
                    None | Some(Duration::ZERO) => break,
                    Some(left) => thread::park_timeout(left),
                }
            }
            if change(&theirs, FIRED) {
                f();
            }
        });
        Self { state, thread }
    }

    pub fn cancel(&self) -> bool {
        let is_in_time = change(&self.state, CANCELLED);
        if is_in_time {
            self.thread.thread().unpark();
        }
        is_in_time
    }

    pub fn join(self) {
        self.thread.join().expect("the function panicked");
    }
}

fn change(state: &AtomicU8, to: u8) -> bool {
    state
        .compare_exchange(ARMED, to, Ordering::AcqRel, Ordering::Acquire)
        .is_ok()
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    (0..times).for_each(|number| {
        thread::sleep(pause(number));
        call(number);
    });
}
