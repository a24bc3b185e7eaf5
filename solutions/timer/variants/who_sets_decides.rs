//! Variant: an `OnceLock` decides: it is set by `cancel` or by the thread, whoever is first.

use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub struct Timer {
    runs: Arc<OnceLock<bool>>,
    thread: JoinHandle<()>,
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let deadline = Instant::now().checked_add(after);
        let runs = Arc::new(OnceLock::new());
        let theirs = Arc::clone(&runs);
        let thread = thread::Builder::new()
            .name(format!("timer of {after:?}"))
            .spawn(move || {
                loop {
                    if theirs.get().is_some() {
                        return;
                    }
                    match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                        None => thread::park(),
                        Some(Duration::ZERO) => break,
                        Some(left) => thread::park_timeout(left),
                    }
                }
                if theirs.set(true).is_ok() {
                    f();
                }
            })
            .unwrap();
        Timer { runs, thread }
    }

    pub fn cancel(&self) -> bool {
        let mine = self.runs.set(false).is_ok();
        self.thread.thread().unpark();
        mine
    }

    pub fn join(self) {
        self.thread.join().unwrap();
    }
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    for number in 0..times {
        thread::sleep(pause(number));
        call(number);
    }
}
