//! An event, a latch and a barrier, each made of a state behind a lock and a condition variable.
//!
//! All three follow the same pattern. The state says what has happened, so nothing is lost if nobody waits at that
//! moment. Who changes it does so under the lock and then wakes all. Who waits looks at the state, and a wake-up is
//! only a reason to look again.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A flag that threads can wait for.
pub struct Event {
    state: Mutex<State>,
    /// Notified whenever the event is set.
    set: Condvar,
}

struct State {
    is_set: bool,
    /// How often the event was set. The flag alone does not do: if `clear` comes before a woken thread has the lock
    /// again, it finds the flag as it was when it went to sleep. This number tells it that it was set in between.
    times_set: u64,
}

impl Event {
    /// Makes an event that is not set.
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                is_set: false,
                times_set: 0,
            }),
            set: Condvar::new(),
        }
    }

    /// Sets the event and frees every thread that waits for it, also if `clear` follows at once.
    pub fn set(&self) {
        let mut state = self.state();
        state.is_set = true;
        state.times_set += 1;
        // All, not one: each of them waits for the same thing.
        self.set.notify_all();
    }

    /// Takes the event back: whoever waits from now on sleeps until the next `set`.
    pub fn clear(&self) {
        self.state().is_set = false;
    }

    /// Whether the event is set at this moment.
    pub fn is_set(&self) -> bool {
        self.state().is_set
    }

    /// Sleeps until the event is set. Returns at once if it is set already.
    pub fn wait(&self) {
        let state = self.state();
        let at_first = state.times_set;
        // The result is a guard, and there is nothing left to do with it.
        drop(
            self.set
                .wait_while(state, |state| !state.is_set && state.times_set == at_first),
        );
    }

    /// Sleeps until the event is set, but no longer than `timeout`. Returns whether it was set.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let state = self.state();
        let at_first = state.times_set;
        // It subtracts the time that has passed before it sleeps again, and it looks at the state before it looks at
        // the clock. So a `set` that comes at the deadline is not missed.
        let (_state, result) = self
            .set
            .wait_timeout_while(state, timeout, |state| !state.is_set && state.times_set == at_first)
            .unwrap_or_else(PoisonError::into_inner);
        !result.timed_out()
    }

    /// The locked state. Nothing panics while it is locked, so poisoning tells us nothing.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

/// A count of things that have yet to happen. When it reaches 0 the latch opens, for good.
pub struct Latch {
    /// How many are missing. It never grows, so who is woken late still finds 0: no number as in [`Event`] is needed.
    missing: Mutex<usize>,
    /// Notified when nothing is missing any more.
    opened: Condvar,
}

impl Latch {
    /// Makes a latch that opens after `count` calls of [`Latch::count_down`]. With 0 it is open.
    pub fn new(count: usize) -> Self {
        Self {
            missing: Mutex::new(count),
            opened: Condvar::new(),
        }
    }

    /// Counts one thing that has happened. Does nothing if the latch is open.
    pub fn count_down(&self) {
        let mut missing = self.missing();
        *missing = missing.saturating_sub(1);
        if *missing == 0 {
            self.opened.notify_all();
        }
    }

    /// Sleeps until the latch is open. Returns at once if it is open already.
    pub fn wait(&self) {
        drop(self.opened.wait_while(self.missing(), |missing| *missing > 0));
    }

    fn missing(&self) -> MutexGuard<'_, usize> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A barrier for so many threads: in each round, every one of them waits until all have come.
pub struct Rounds {
    threads: usize,
    round: Mutex<Round>,
    /// Notified at the end of each round.
    ended: Condvar,
}

/// The present round.
struct Round {
    /// How many threads have come to it.
    here: usize,
    /// How many rounds were before it. A thread waits for this number to change, and not for `here`: the others may
    /// have begun to come to the next round before it is awake.
    number: u64,
}

impl Rounds {
    /// Makes a barrier for `threads` threads, for any number of rounds. 0 threads means 1.
    pub fn new(threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            round: Mutex::new(Round { here: 0, number: 0 }),
            ended: Condvar::new(),
        }
    }

    /// Sleeps until all threads have come to this round, then returns in each of them: `true` in one, the *leader* of
    /// the round, and `false` in the others.
    pub fn wait(&self) -> bool {
        let mut round = self.round.lock().unwrap_or_else(PoisonError::into_inner);
        round.here += 1;
        if round.here == self.threads {
            // The last to come needs no sleep. It opens the next round before it wakes the others, all under one lock,
            // so nobody comes to a round that is half over.
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
