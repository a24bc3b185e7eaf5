//! Mistake: each `clear` makes a new gate, also when the event is not set. `set` opens that one, and whoever waits at
//! the old one sleeps on.
//!
//! Fails: `set_frees_all_who_wait` with `deadlock`.

use std::sync::{Arc, Barrier, Condvar, Mutex, OnceLock, RwLock};
use std::time::Duration;
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    cv: Condvar,
}
impl Gate {
    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.cv.notify_all();
    }
    fn is_open(&self) -> bool {
        *self.open.lock().unwrap()
    }
    fn wait(&self) {
        drop(self.cv.wait_while(self.open.lock().unwrap(), |o| !*o))
    }
    fn wait_timeout(&self, d: Duration) -> bool {
        *self
            .cv
            .wait_timeout_while(self.open.lock().unwrap(), d, |o| !*o)
            .unwrap()
            .0
    }
}
pub struct Event {
    gate: RwLock<Arc<Gate>>,
}
impl Event {
    pub fn new() -> Self {
        Event {
            gate: RwLock::default(),
        }
    }
    fn now(&self) -> Arc<Gate> {
        Arc::clone(&self.gate.read().unwrap())
    }
    pub fn set(&self) {
        self.gate.read().unwrap().open()
    }
    pub fn clear(&self) {
        *self.gate.write().unwrap() = Arc::default();
    }
    pub fn is_set(&self) -> bool {
        self.now().is_open()
    }
    pub fn wait(&self) {
        self.now().wait()
    }
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.now().wait_timeout(timeout)
    }
}
impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}
pub struct Latch {
    left: Mutex<usize>,
    open: OnceLock<()>,
    gate: Gate,
}
impl Latch {
    pub fn new(count: usize) -> Self {
        let l = Latch {
            left: Mutex::new(count),
            open: OnceLock::new(),
            gate: Gate::default(),
        };
        if count == 0 {
            let _ = l.open.set(());
        }
        l
    }
    pub fn count_down(&self) {
        let mut left = self.left.lock().unwrap();
        match *left {
            0 => {}
            1 => {
                *left = 0;
                let _ = self.open.set(());
                self.gate.open()
            }
            n => *left = n - 1,
        }
    }
    pub fn wait(&self) {
        if self.open.get().is_none() {
            self.gate.wait()
        }
    }
}
pub struct Rounds(Barrier);
impl Rounds {
    pub fn new(threads: usize) -> Self {
        Rounds(Barrier::new(threads))
    }
    pub fn wait(&self) -> bool {
        self.0.wait().is_leader()
    }
}
