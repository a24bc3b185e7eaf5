//! Mistake: the channel to the thread hangs up when the timer is dropped, and the thread then sleeps for the whole time
//! instead of what is left of it.
//!
//! Fails: `drop_neither_cancels_nor_waits` with `wrong_result`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Timer {
    taken: Arc<AtomicBool>,
    tx: Sender<()>,
    handle: JoinHandle<()>,
}

fn wait(rx: Receiver<()>, after: Duration) {
    match rx.recv_timeout(after) {
        Ok(()) | Err(RecvTimeoutError::Timeout) => {}
        Err(RecvTimeoutError::Disconnected) => thread::sleep(after),
    }
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let taken = Arc::new(AtomicBool::new(false));
        let (tx, rx) = channel();
        let t = Arc::clone(&taken);
        let handle = thread::spawn(move || {
            wait(rx, after);
            if !t.swap(true, Ordering::AcqRel) {
                f();
            }
        });
        Timer { taken, tx, handle }
    }

    pub fn cancel(&self) -> bool {
        let first = !self.taken.swap(true, Ordering::AcqRel);
        if first {
            let _ = self.tx.send(());
        }
        first
    }

    pub fn join(self) {
        if let Err(p) = self.handle.join() {
            std::panic::resume_unwind(p)
        }
    }
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    for i in 0..times {
        thread::sleep(pause(i));
        call(i);
    }
}
