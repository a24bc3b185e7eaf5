//! Mistake: the thread takes the end of the channel for a message. When the timer is dropped, it never runs.
//!
//! Fails: `it_runs_once_at_its_time` with `wrong_result`.
//! Fails: `drop_neither_cancels_nor_waits` with `wrong_result`.

use std::mem::take;
use std::panic;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Timer {
    shared: Arc<Mutex<bool>>,
    cancel: Sender<()>,
    thread: JoinHandle<()>,
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let (cancel, cancelled) = mpsc::channel();
        let shared = Arc::new(Mutex::new(true));
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            if cancelled.recv_timeout(after) == Err(RecvTimeoutError::Timeout) && take(&mut *theirs.lock().unwrap()) {
                f();
            }
        });
        Self { shared, cancel, thread }
    }

    pub fn cancel(&self) -> bool {
        let is_cancelled = take(&mut *self.shared.lock().unwrap());
        let _ = self.cancel.send(());
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
