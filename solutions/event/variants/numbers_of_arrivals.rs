//! Variant: whoever waits for the event keeps a flag that is new after each `clear`. The barrier counts the arrivals
//! in all, and a thread waits for the last one of its round.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

struct Flag {
    lock: Mutex<()>,
    changed: Condvar,
    is_up: AtomicBool,
}

impl Flag {
    fn new(is_up: bool) -> Arc<Self> {
        Arc::new(Flag {
            lock: Mutex::new(()),
            changed: Condvar::new(),
            is_up: AtomicBool::new(is_up),
        })
    }

    fn raise(&self) {
        let _guard = self.lock.lock().unwrap();
        self.is_up.store(true, Ordering::Release);
        self.changed.notify_all();
    }

    fn wait(&self, deadline: Option<Instant>) -> bool {
        let mut guard = self.lock.lock().unwrap();
        while !self.is_up.load(Ordering::Acquire) {
            guard = match deadline {
                None => self.changed.wait(guard).unwrap(),
                Some(deadline) => {
                    let now = Instant::now();
                    if now >= deadline {
                        return false;
                    }
                    self.changed.wait_timeout(guard, deadline - now).unwrap().0
                }
            };
        }
        true
    }
}

/// Each time it is cleared, the event gets a new flag; who waits keeps the old one.
pub struct Event(Mutex<Arc<Flag>>);

impl Event {
    pub fn new() -> Self {
        Event(Mutex::new(Flag::new(false)))
    }

    fn flag(&self) -> Arc<Flag> {
        Arc::clone(&self.0.lock().unwrap())
    }

    pub fn set(&self) {
        self.0.lock().unwrap().raise();
    }

    pub fn clear(&self) {
        let mut flag = self.0.lock().unwrap();
        if flag.is_up.load(Ordering::Relaxed) {
            *flag = Flag::new(false);
        }
    }

    pub fn is_set(&self) -> bool {
        self.flag().is_up.load(Ordering::Acquire)
    }

    pub fn wait(&self) {
        self.flag().wait(None);
    }

    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        self.flag().wait(deadline)
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

pub struct Latch {
    left: Mutex<usize>,
    flag: Arc<Flag>,
}

impl Latch {
    pub fn new(count: usize) -> Self {
        Latch {
            left: Mutex::new(count),
            flag: Flag::new(count == 0),
        }
    }

    pub fn count_down(&self) {
        let mut left = self.left.lock().unwrap();
        match *left {
            0 => return,
            1 => self.flag.raise(),
            _ => (),
        }
        *left -= 1;
    }

    pub fn wait(&self) {
        self.flag.wait(None);
    }
}

pub struct Rounds {
    threads: u128,
    arrived: Mutex<u128>,
    more: Condvar,
}

impl Rounds {
    pub fn new(threads: usize) -> Self {
        Rounds {
            threads: threads.max(1) as u128,
            arrived: Mutex::new(0),
            more: Condvar::new(),
        }
    }

    pub fn wait(&self) -> bool {
        let mut arrived = self.arrived.lock().unwrap();
        let mine = *arrived;
        *arrived += 1;
        let end = (mine / self.threads + 1) * self.threads;
        if *arrived == end {
            self.more.notify_all();
        }
        while *arrived < end {
            arrived = self.more.wait(arrived).unwrap();
        }
        mine % self.threads == 0
    }
}
