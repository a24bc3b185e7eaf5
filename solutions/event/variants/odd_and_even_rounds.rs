//! Variant: with exactly so many threads, two kinds of rounds are enough. The event counts those whom it still has to
//! free, each in the group with which it came.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, RwLock};
use std::thread::{self, Thread};
use std::time::Duration;

pub struct Event {
    state: Mutex<State>,
    set: Condvar,
}

#[derive(Default)]
struct State {
    is_set: bool,
    /// The numbers of those who wait.
    waiting: BTreeSet<u64>,
    next: u64,
}

impl Event {
    pub fn new() -> Self {
        Self {
            state: Mutex::default(),
            set: Condvar::new(),
        }
    }

    pub fn set(&self) {
        let mut state = self.state.lock().unwrap();
        state.is_set = true;
        state.waiting.clear();
        self.set.notify_all();
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
        if state.is_set {
            return true;
        }
        let number = state.next;
        state.next += 1;
        state.waiting.insert(number);
        let waiting = |state: &mut State| state.waiting.contains(&number);
        let (mut state, _) = self.set.wait_timeout_while(state, timeout, waiting).unwrap();
        !state.waiting.remove(&number)
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

pub struct Latch {
    missing: RwLock<usize>,
    line: Mutex<Vec<Thread>>,
}

impl Latch {
    pub fn new(count: usize) -> Self {
        Self {
            missing: RwLock::new(count),
            line: Mutex::default(),
        }
    }

    pub fn count_down(&self) {
        let mut missing = self.missing.write().unwrap();
        *missing = missing.saturating_sub(1);
        if *missing == 0 {
            drop(missing);
            self.line.lock().unwrap().drain(..).for_each(|thread| thread.unpark());
        }
    }

    pub fn wait(&self) {
        self.line.lock().unwrap().push(thread::current());
        while *self.missing.read().unwrap() > 0 {
            thread::park();
        }
    }
}

pub struct Rounds {
    threads: usize,
    round: Mutex<(usize, bool)>,
    ended: Condvar,
}

impl Rounds {
    pub fn new(threads: usize) -> Self {
        Self {
            threads: threads.max(1),
            round: Mutex::new((threads.max(1), false)),
            ended: Condvar::new(),
        }
    }

    pub fn wait(&self) -> bool {
        let mut round = self.round.lock().unwrap();
        round.0 -= 1;
        let is_first = round.0 + 1 == self.threads;
        let is_odd = round.1;
        if round.0 == 0 {
            *round = (self.threads, !is_odd);
            self.ended.notify_all();
        } else {
            while round.1 == is_odd {
                round = self.ended.wait(round).unwrap();
            }
        }
        is_first
    }
}
