//! Variant: `cancel` sends a message to the thread. The thread keeps a sender of its own, so that dropping the timer
//! closes nothing. Who is first takes the permission to run.

use std::panic;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Timer {
    may_run: Arc<Mutex<Option<()>>>,
    cancel: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let may_run = Arc::new(Mutex::new(Some(())));
        let (cancel, cancelled) = mpsc::channel();
        let theirs = (Arc::clone(&may_run), cancel.clone());
        let thread = thread::spawn(move || {
            let (may_run, _keeps_it_open) = theirs;
            if cancelled.recv_timeout(after).is_ok() {
                return;
            }
            let permission = may_run.lock().unwrap().take();
            if let Some(()) = permission {
                f();
            }
        });
        Self {
            may_run,
            cancel,
            thread,
        }
    }

    pub fn cancel(&self) -> bool {
        let is_in_time = self.may_run.lock().unwrap().take().is_some();
        let _ = self.cancel.send(());
        is_in_time
    }

    pub fn join(self) {
        if let Err(payload) = self.thread.join() {
            panic::resume_unwind(payload);
        }
    }
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    // Nobody ever sends.
    let (_sender, receiver) = mpsc::channel::<()>();
    let mut number = 0;
    while number < times {
        let _ = receiver.recv_timeout(pause(number));
        call(number);
        number += 1;
    }
}
