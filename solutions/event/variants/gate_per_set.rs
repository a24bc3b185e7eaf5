//! Variant: each period in which the event is not set has a gate of its own, which `set` opens for good. Latch and
//! barrier are made of events, and the first to come leads.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

pub struct Event(Mutex<Arc<Gate>>);

#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Event {
    pub fn new() -> Self {
        Self(Mutex::default())
    }

    pub fn set(&self) {
        let gate = self.gate();
        *gate.is_open.lock().unwrap() = true;
        gate.opened.notify_all();
    }

    pub fn clear(&self) {
        let mut gate = self.0.lock().unwrap();
        let is_open = *gate.is_open.lock().unwrap();
        if is_open {
            *gate = Arc::default();
        }
    }

    pub fn is_set(&self) -> bool {
        *self.gate().is_open.lock().unwrap()
    }

    pub fn wait(&self) {
        let gate = self.gate();
        let mut is_open = gate.is_open.lock().unwrap();
        while !*is_open {
            is_open = gate.opened.wait(is_open).unwrap();
        }
    }

    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let start = Instant::now();
        let gate = self.gate();
        let mut is_open = gate.is_open.lock().unwrap();
        while !*is_open {
            let elapsed = start.elapsed();
            if elapsed > timeout {
                return false;
            }
            is_open = gate.opened.wait_timeout(is_open, timeout - elapsed).unwrap().0;
        }
        true
    }

    fn gate(&self) -> Arc<Gate> {
        Arc::clone(&self.0.lock().unwrap())
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

pub struct Latch {
    missing: Mutex<usize>,
    is_open: Event,
}

impl Latch {
    pub fn new(count: usize) -> Self {
        let is_open = Event::new();
        if count == 0 {
            is_open.set();
        }
        Self {
            missing: Mutex::new(count),
            is_open,
        }
    }

    pub fn count_down(&self) {
        let mut missing = self.missing.lock().unwrap();
        if *missing > 0 {
            *missing -= 1;
            if *missing == 0 {
                self.is_open.set();
            }
        }
    }

    pub fn wait(&self) {
        self.is_open.wait();
    }
}

pub struct Rounds {
    threads: usize,
    round: Mutex<(usize, Arc<Event>)>,
}

impl Rounds {
    pub fn new(threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            round: Mutex::new((0, Arc::default())),
        }
    }

    pub fn wait(&self) -> bool {
        let mut round = self.round.lock().unwrap();
        let is_first = round.0 == 0;
        round.0 += 1;
        let is_over = Arc::clone(&round.1);
        if round.0 == self.threads {
            *round = (0, Arc::default());
            is_over.set();
        }
        drop(round);
        is_over.wait();
        is_first
    }
}
