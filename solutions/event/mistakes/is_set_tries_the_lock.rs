//! Mistake: `is_set` only tries the lock, and says false if another thread holds it.
//!
//! Fails: `an_event_stays_as_it_is` with `wrong_result`.

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

#[derive(Default)]
pub struct Event {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    is_set: bool,
    sets: u64,
}

impl Event {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn set(&self) {
        let mut state = self.state.lock().unwrap();
        state.is_set = true;
        state.sets += 1;
        drop(state);
        self.changed.notify_all();
    }

    pub fn clear(&self) {
        self.state.lock().unwrap().is_set = false;
    }

    pub fn is_set(&self) -> bool {
        self.state.try_lock().is_ok_and(|state| state.is_set)
    }

    pub fn wait(&self) {
        self.wait_timeout(Duration::MAX);
    }

    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let begin = Instant::now();
        let mut state = self.state.lock().unwrap();
        let seen = state.sets;
        loop {
            if state.is_set || state.sets != seen {
                return true;
            }
            let left = timeout.saturating_sub(begin.elapsed());
            if left.is_zero() {
                return false;
            }
            state = self.changed.wait_timeout(state, left).unwrap().0;
        }
    }
}

pub struct Latch {
    left: Mutex<usize>,
    open: Condvar,
}

impl Latch {
    pub fn new(count: usize) -> Self {
        Latch {
            left: Mutex::new(count),
            open: Condvar::new(),
        }
    }

    pub fn count_down(&self) {
        let mut left = self.left.lock().unwrap();
        *left = left.saturating_sub(1);
        if *left == 0 {
            self.open.notify_all();
        }
    }

    pub fn wait(&self) {
        drop(
            self.open
                .wait_while(self.left.lock().unwrap(), |left| *left > 0)
                .unwrap(),
        );
    }
}

pub struct Rounds {
    threads: usize,
    state: Mutex<(usize, u64)>,
    full: Condvar,
}

impl Rounds {
    pub fn new(threads: usize) -> Self {
        Rounds {
            threads: threads.max(1),
            state: Mutex::new((0, 0)),
            full: Condvar::new(),
        }
    }

    pub fn wait(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        state.0 += 1;
        if state.0 == self.threads {
            state.0 = 0;
            state.1 += 1;
            self.full.notify_all();
            return true;
        }
        let round = state.1;
        drop(self.full.wait_while(state, |state| state.1 == round).unwrap());
        false
    }
}
