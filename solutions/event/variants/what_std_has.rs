//! Variant: the barrier of std, a `OnceLock` as latch, and an event whose waiting threads are counted out one by one.

use std::mem::take;
use std::sync::atomic::{
    AtomicBool, AtomicUsize,
    Ordering::{AcqRel, Relaxed},
};
use std::sync::{Arc, Barrier, Condvar, Mutex, OnceLock};
use std::time::{Duration, Instant};

pub struct Event {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_set: bool,
    /// Those who wait since the last `set`.
    waiting: Arc<AtomicBool>,
}

impl Event {
    pub fn new() -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    pub fn set(&self) {
        let mut state = self.state.lock().unwrap();
        state.is_set = true;
        take(&mut state.waiting).store(true, Relaxed);
        drop(state);
        self.changed.notify_all();
    }

    pub fn clear(&self) {
        self.state.lock().unwrap().is_set = false;
    }

    pub fn is_set(&self) -> bool {
        self.state.lock().unwrap().is_set
    }

    pub fn wait(&self) {
        self.wait_timeout(Duration::MAX);
    }

    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let mut state = self.state.lock().unwrap();
        let is_free = Arc::clone(&state.waiting);
        let deadline = Instant::now().checked_add(timeout);
        while !state.is_set && !is_free.load(Relaxed) {
            state = match deadline {
                None => self.changed.wait(state).unwrap(),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return false;
                    }
                    self.changed.wait_timeout(state, left).unwrap().0
                }
            };
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
    is_open: OnceLock<()>,
}

impl Latch {
    pub fn new(count: usize) -> Self {
        let latch = Self {
            missing: AtomicUsize::new(count),
            is_open: OnceLock::new(),
        };
        if count == 0 {
            let _ = latch.is_open.set(());
        }
        latch
    }

    pub fn count_down(&self) {
        let down = |missing: usize| missing.checked_sub(1);
        if self.missing.fetch_update(AcqRel, Relaxed, down) == Ok(1) {
            let _ = self.is_open.set(());
        }
    }

    pub fn wait(&self) {
        self.is_open.wait();
    }
}

pub struct Rounds(Barrier);

impl Rounds {
    pub fn new(threads: usize) -> Self {
        Self(Barrier::new(threads))
    }

    pub fn wait(&self) -> bool {
        self.0.wait().is_leader()
    }
}
