//! Variant: a barrier of two turnstiles, after *The Little Book of Semaphores*. Nobody comes to the next round before
//! all have left this one. The event keeps its number in an atomic, and a latch is a semaphore that is given back.

use std::sync::atomic::{
    AtomicU64, AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

/// The lowest bit says whether it is set; the others count how often it was.
pub struct Event {
    state: AtomicU64,
    asleep: Mutex<()>,
    set: Condvar,
}

impl Event {
    pub fn new() -> Self {
        Self {
            state: AtomicU64::new(0),
            asleep: Mutex::new(()),
            set: Condvar::new(),
        }
    }

    pub fn set(&self) {
        {
            let _asleep = self.asleep.lock().unwrap();
            let state = self.state.load(Acquire);
            self.state.store((state + 2) | 1, Release);
        }
        self.set.notify_all();
    }

    pub fn clear(&self) {
        self.state.fetch_and(!1, AcqRel);
    }

    pub fn is_set(&self) -> bool {
        self.state.load(Acquire) & 1 == 1
    }

    pub fn wait(&self) {
        let asleep = self.asleep.lock().unwrap();
        let at_first = self.state.load(Acquire);
        drop(self.set.wait_while(asleep, |()| self.is_as_before(at_first)));
    }

    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let asleep = self.asleep.lock().unwrap();
        let at_first = self.state.load(Acquire);
        let (_asleep, result) = self
            .set
            .wait_timeout_while(asleep, timeout, |()| self.is_as_before(at_first))
            .unwrap();
        !result.timed_out()
    }

    fn is_as_before(&self, at_first: u64) -> bool {
        let state = self.state.load(Acquire);
        state & 1 == 0 && state / 2 == at_first / 2
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

pub struct Latch {
    missing: AtomicUsize,
    turnstile: Turnstile,
}

impl Latch {
    pub fn new(count: usize) -> Self {
        Self {
            missing: AtomicUsize::new(count),
            turnstile: Turnstile::new(usize::from(count == 0)),
        }
    }

    pub fn count_down(&self) {
        let mut missing = self.missing.load(Relaxed);
        while missing > 0 {
            match self
                .missing
                .compare_exchange_weak(missing, missing - 1, AcqRel, Relaxed)
            {
                Ok(1) => self.turnstile.let_through(1),
                Ok(_) => {}
                Err(now) => {
                    missing = now;
                    continue;
                }
            }
            break;
        }
    }

    pub fn wait(&self) {
        self.turnstile.pass();
        self.turnstile.let_through(1);
    }
}

/// A semaphore.
struct Turnstile {
    permits: Mutex<usize>,
    more: Condvar,
}

impl Turnstile {
    fn new(permits: usize) -> Self {
        Self {
            permits: Mutex::new(permits),
            more: Condvar::new(),
        }
    }

    fn let_through(&self, threads: usize) {
        *self.permits.lock().unwrap() += threads;
        for _ in 0..threads {
            self.more.notify_one();
        }
    }

    fn pass(&self) {
        let mut permits = self.permits.lock().unwrap();
        while *permits == 0 {
            permits = self.more.wait(permits).unwrap();
        }
        *permits -= 1;
    }
}

pub struct Rounds {
    threads: usize,
    here: Mutex<usize>,
    coming: Turnstile,
    leaving: Turnstile,
}

impl Rounds {
    pub fn new(threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            here: Mutex::new(0),
            coming: Turnstile::new(0),
            leaving: Turnstile::new(0),
        }
    }

    pub fn wait(&self) -> bool {
        {
            let mut here = self.here.lock().unwrap();
            *here += 1;
            if *here == self.threads {
                self.coming.let_through(self.threads);
            }
        }
        self.coming.pass();
        let is_last = {
            let mut here = self.here.lock().unwrap();
            *here -= 1;
            if *here == 0 {
                self.leaving.let_through(self.threads);
            }
            *here == 0
        };
        self.leaving.pass();
        is_last
    }
}
