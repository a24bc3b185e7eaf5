//! Mistake: the flag changes without the mutex, so `set` can come between a thread's look at the flag and
//! its sleep, and its notification finds nobody.
//!
//! Fails: `an_event_stays_as_it_is` with `lost_wakeup`.
//! Fails: `set_frees_all_who_wait` with `lost_wakeup`.
//! Fails: `set_then_clear_misses_nobody` with `lost_wakeup`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub struct Event {
    is_set: AtomicBool,
    asleep: Mutex<()>,
    set: Condvar,
}

impl Event {
    pub fn new() -> Self {
        Self {
            is_set: AtomicBool::new(false),
            asleep: Mutex::new(()),
            set: Condvar::new(),
        }
    }

    pub fn set(&self) {
        self.is_set.store(true, Ordering::SeqCst);
        self.set.notify_all();
    }

    pub fn clear(&self) {
        self.is_set.store(false, Ordering::SeqCst);
    }

    pub fn is_set(&self) -> bool {
        self.is_set.load(Ordering::SeqCst)
    }

    pub fn wait(&self) {
        let asleep = self.asleep.lock().unwrap();
        drop(self.set.wait_while(asleep, |()| !self.is_set()));
    }

    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let asleep = self.asleep.lock().unwrap();
        let (_asleep, result) = self
            .set
            .wait_timeout_while(asleep, timeout, |()| !self.is_set())
            .unwrap();
        !result.timed_out()
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

pub struct Latch {
    missing: Mutex<usize>,
    opened: Condvar,
}

impl Latch {
    pub fn new(count: usize) -> Self {
        Self {
            missing: Mutex::new(count),
            opened: Condvar::new(),
        }
    }

    pub fn count_down(&self) {
        let mut missing = self.missing();
        *missing = missing.saturating_sub(1);
        if *missing == 0 {
            self.opened.notify_all();
        }
    }

    pub fn wait(&self) {
        drop(self.opened.wait_while(self.missing(), |missing| *missing > 0));
    }

    fn missing(&self) -> MutexGuard<'_, usize> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Rounds {
    threads: usize,
    round: Mutex<Round>,
    ended: Condvar,
}

struct Round {
    here: usize,
    number: u64,
}

impl Rounds {
    pub fn new(threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            round: Mutex::new(Round { here: 0, number: 0 }),
            ended: Condvar::new(),
        }
    }

    pub fn wait(&self) -> bool {
        let mut round = self.round.lock().unwrap_or_else(PoisonError::into_inner);
        round.here += 1;
        if round.here == self.threads {
            round.here = 0;
            round.number += 1;
            self.ended.notify_all();
            return true;
        }
        let mine = round.number;
        drop(self.ended.wait_while(round, |round| round.number == mine));
        false
    }
}
