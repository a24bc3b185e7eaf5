//! Variant: the thread selects between a channel for `cancel` and the clock, and `join` hears of the outcome before it
//! joins. The state is a `OnceLock` that is set once.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

pub struct Timer {
    fate: Arc<OnceLock<Fate>>,
    cancel: Sender<()>,
    thread: JoinHandle<()>,
    outcome: Receiver<thread::Result<()>>,
}

#[derive(PartialEq)]
enum Fate {
    Cancelled,
    Fired,
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let fate = Arc::new(OnceLock::new());
        let (cancel, cancelled) = bounded(1);
        let (tell, outcome) = bounded(1);
        let theirs = (Arc::clone(&fate), cancel.clone());
        let thread = thread::spawn(move || {
            let (fate, _keeps_it_open) = theirs;
            let _ = cancelled.recv_timeout(after);
            if fate.set(Fate::Fired).is_ok() {
                let _ = tell.send(panic::catch_unwind(AssertUnwindSafe(f)));
            }
        });
        Self {
            fate,
            cancel,
            thread,
            outcome,
        }
    }

    pub fn cancel(&self) -> bool {
        if self.fate.set(Fate::Cancelled).is_ok() {
            let _ = self.cancel.try_send(());
        }
        self.fate.get() == Some(&Fate::Cancelled)
    }

    pub fn join(self) {
        let outcome = self.outcome.recv();
        self.thread.join().expect("panics are caught");
        if let Ok(Err(payload)) = outcome {
            panic::resume_unwind(payload);
        }
    }
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    for number in 0..times {
        let (ring, bell) = bounded(1);
        let timer = Timer::start(pause(number), move || ring.send(()).expect("somebody listens"));
        let _ = bell.recv();
        timer.join();
        call(number);
    }
}
