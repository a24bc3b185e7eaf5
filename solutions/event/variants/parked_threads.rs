//! Variant: who waits parks, and its handle stands in a list with a flag of its own.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

pub struct Event {
    is_set: AtomicBool,
    line: Line,
}

impl Event {
    pub fn new() -> Self {
        Self {
            is_set: AtomicBool::new(false),
            line: Line::default(),
        }
    }

    pub fn set(&self) {
        let mut line = self.line.0.lock().unwrap();
        self.is_set.store(true, SeqCst);
        line.drain(..).for_each(|waiter| waiter.free());
    }

    pub fn clear(&self) {
        self.is_set.store(false, SeqCst);
    }

    pub fn is_set(&self) -> bool {
        self.is_set.load(SeqCst)
    }

    pub fn wait(&self) {
        self.line.sleep_unless(|| self.is_set(), None);
    }

    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.line
            .sleep_unless(|| self.is_set(), Instant::now().checked_add(timeout))
    }
}

/// Threads that sleep.
#[derive(Default)]
struct Line(Mutex<Vec<Arc<Waiter>>>);

struct Waiter {
    thread: Thread,
    is_free: AtomicBool,
}

impl Waiter {
    fn free(&self) {
        self.is_free.store(true, SeqCst);
        self.thread.unpark();
    }
}

impl Line {
    /// Whether the thread was freed, or needed no sleep, before the deadline.
    fn sleep_unless(&self, is_so: impl Fn() -> bool, deadline: Option<Instant>) -> bool {
        let mut line = self.0.lock().unwrap();
        if is_so() {
            return true;
        }
        let waiter = Arc::new(Waiter {
            thread: thread::current(),
            is_free: AtomicBool::new(false),
        });
        line.push(Arc::clone(&waiter));
        drop(line);
        while !waiter.is_free.load(SeqCst) {
            match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                None => thread::park(),
                Some(Duration::ZERO) => {
                    let mut line = self.0.lock().unwrap();
                    line.retain(|other| !Arc::ptr_eq(other, &waiter));
                    return waiter.is_free.load(SeqCst);
                }
                Some(left) => thread::park_timeout(left),
            }
        }
        true
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

pub struct Latch {
    missing: AtomicUsize,
    line: Line,
}

impl Latch {
    pub fn new(count: usize) -> Self {
        Self {
            missing: AtomicUsize::new(count),
            line: Line::default(),
        }
    }

    pub fn count_down(&self) {
        let mut line = self.line.0.lock().unwrap();
        let down = |missing: usize| missing.checked_sub(1);
        if self.missing.fetch_update(SeqCst, SeqCst, down) == Ok(1) {
            line.drain(..).for_each(|waiter| waiter.free());
        }
    }

    pub fn wait(&self) {
        self.line.sleep_unless(|| self.missing.load(SeqCst) == 0, None);
    }
}

pub struct Rounds {
    threads: usize,
    here: Mutex<Vec<Arc<Waiter>>>,
}

impl Rounds {
    pub fn new(threads: usize) -> Self {
        Self {
            threads,
            here: Mutex::new(Vec::new()),
        }
    }

    pub fn wait(&self) -> bool {
        let mut here = self.here.lock().unwrap();
        if here.len() + 1 >= self.threads {
            here.drain(..).for_each(|waiter| waiter.free());
            return true;
        }
        let waiter = Arc::new(Waiter {
            thread: thread::current(),
            is_free: AtomicBool::new(false),
        });
        here.push(Arc::clone(&waiter));
        drop(here);
        while !waiter.is_free.load(SeqCst) {
            thread::park();
        }
        false
    }
}
