//! Mistake: `clear` counts as a change, too, so it frees those who wait.
//!
//! Fails: `an_event_stays_as_it_is` with `wrong_result`.
//! Fails: `set_frees_all_who_wait` with `wrong_result`.
//! Fails: `timeouts_end_at_their_deadline` with `wrong_result`.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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
        let mut state = self.state();
        state.is_set = false;
        state.times_set += 1;
        self.set.notify_all();
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
