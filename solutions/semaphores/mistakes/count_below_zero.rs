//! Mistake: the count goes below zero to say how many threads wait, as in some textbooks, and
//! `available` casts it to `usize`. With one waiter there are suddenly 18446744073709551615 free
//! permits.
//!
//! Fails: `all_permits_can_be_out_at_once` with `panic`.
//! Fails: `try_acquire_answers_at_once` with `wrong_result`.

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub struct Semaphore {
    state: Mutex<State>,
    returned: Condvar,
}

struct State {
    /// Free permits; below zero, how many threads wait.
    count: isize,
    /// Permits that came back for a waiter and have not been picked up.
    wake_ups: usize,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        let state = State {
            count: permits as isize,
            wake_ups: 0,
        };
        Self {
            state: Mutex::new(state),
            returned: Condvar::new(),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        let mut state = self.state.lock().unwrap();
        state.count -= 1;
        if state.count < 0 {
            while state.wake_ups == 0 {
                state = self.returned.wait(state).unwrap();
            }
            state.wake_ups -= 1;
        }
        Permit { semaphore: self }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut state = self.state.lock().unwrap();
        if state.count <= 0 {
            return None;
        }
        state.count -= 1;
        Some(Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let mut state = self.state.lock().unwrap();
        state.count -= 1;
        if state.count < 0 {
            let (waited, _) = self
                .returned
                .wait_timeout_while(state, timeout, |state| state.wake_ups == 0)
                .unwrap();
            state = waited;
            if state.wake_ups == 0 {
                state.count += 1;
                return None;
            }
            state.wake_ups -= 1;
        }
        Some(Permit { semaphore: self })
    }

    pub fn available(&self) -> usize {
        self.state.lock().unwrap().count as usize
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.semaphore.state.lock().unwrap();
        state.count += 1;
        if state.count <= 0 {
            state.wake_ups += 1;
            self.semaphore.returned.notify_one();
        }
    }
}

/// In batches of `limit` threads.
pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let mut jobs = jobs.into_iter();
    let mut outcomes = Vec::new();
    loop {
        let batch: Vec<F> = jobs.by_ref().take(limit.max(1)).collect();
        if batch.is_empty() {
            break;
        }
        thread::scope(|scope| {
            let threads: Vec<_> = batch.into_iter().map(|job| scope.spawn(job)).collect();
            outcomes.extend(threads.into_iter().map(|thread| thread.join()));
        });
    }
    outcomes
        .into_iter()
        .map(|outcome| outcome.expect("a job panicked"))
        .collect()
}
