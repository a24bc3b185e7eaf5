//! Variant: the function itself lies in the middle, and whoever takes it out decides. The wait is written out, and
//! ends when *more* than its time has passed.

use std::panic;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub struct Timer {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

struct Shared {
    function: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    taken: Condvar,
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let start = Instant::now();
        let shared = Arc::new(Shared {
            function: Mutex::new(Some(Box::new(f))),
            taken: Condvar::new(),
        });
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("timer".to_owned())
            .spawn(move || {
                let mut function = theirs.function.lock().unwrap();
                loop {
                    let elapsed = start.elapsed();
                    if function.is_none() || elapsed > after {
                        break;
                    }
                    (function, _) = theirs.taken.wait_timeout(function, after - elapsed).unwrap();
                }
                let f = function.take();
                drop(function);
                if let Some(f) = f {
                    f();
                }
            })
            .expect("there is room for another thread");
        Self { shared, thread }
    }

    pub fn cancel(&self) -> bool {
        let f = self.shared.function.lock().unwrap().take();
        self.shared.taken.notify_all();
        f.is_some()
    }

    pub fn join(self) {
        if let Err(payload) = self.thread.join() {
            panic::resume_unwind(payload);
        }
    }
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    let mut left = times;
    while left > 0 {
        sleep_for(pause(times - left));
        call(times - left);
        left -= 1;
    }
}

/// Parks, as often as it takes.
fn sleep_for(pause: Duration) {
    let start = Instant::now();
    while let Some(left) = pause.checked_sub(start.elapsed())
        && !left.is_zero()
    {
        thread::park_timeout(left);
    }
}
