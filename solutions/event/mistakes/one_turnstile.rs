//! Mistake: the last to come lets the others through with a token each. A thread that is quick comes to the
//! next round and takes the token of one that is not awake yet.
//!
//! Fails: `nobody_is_ahead_of_a_round` with `deadlock`.
//! Fails: `every_round_comes_to_its_end` with `deadlock`.
//! Fails: `each_round_has_one_leader` with `deadlock`.
//! Fails: `program_draws_in_step` with `deadlock`.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

pub struct Event {
    state: Mutex<State>,
    set: Condvar,
}

struct State {
    is_set: bool,
    times_set: u64,
}

impl Event {
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                is_set: false,
                times_set: 0,
            }),
            set: Condvar::new(),
        }
    }

    pub fn set(&self) {
        let mut state = self.state();
        state.is_set = true;
        state.times_set += 1;
        self.set.notify_all();
    }

    pub fn clear(&self) {
        self.state().is_set = false;
    }

    pub fn is_set(&self) -> bool {
        self.state().is_set
    }

    pub fn wait(&self) {
        let state = self.state();
        let at_first = state.times_set;
        drop(
            self.set
                .wait_while(state, |state| !state.is_set && state.times_set == at_first),
        );
    }

    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let state = self.state();
        let at_first = state.times_set;
        let (_state, result) = self
            .set
            .wait_timeout_while(state, timeout, |state| !state.is_set && state.times_set == at_first)
            .unwrap_or_else(PoisonError::into_inner);
        !result.timed_out()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
    here: Mutex<usize>,
    open: Sender<()>,
    pass: Receiver<()>,
}

impl Rounds {
    pub fn new(threads: usize) -> Self {
        let (open, pass) = unbounded();
        Self {
            threads: threads.max(1),
            here: Mutex::new(0),
            open,
            pass,
        }
    }

    pub fn wait(&self) -> bool {
        let mut here = self.here.lock().unwrap();
        *here += 1;
        if *here == self.threads {
            *here = 0;
            for _ in 1..self.threads {
                self.open.send(()).unwrap();
            }
            return true;
        }
        drop(here);
        self.pass.recv().unwrap();
        false
    }
}
