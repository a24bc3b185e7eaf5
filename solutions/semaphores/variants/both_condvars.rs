//! Variant: a condition variable for those with a timeout and one for the others; a permit that comes
//! back wakes one of each.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

pub struct Semaphore {
    state: Mutex<State>,
    for_the_timed: Condvar,
    for_the_others: Condvar,
}

struct State {
    free: usize,
    timed: usize,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self {
            state: Mutex::new(State {
                free: permits,
                timed: 0,
            }),
            for_the_timed: Condvar::new(),
            for_the_others: Condvar::new(),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        let state = self.state.lock().unwrap();
        let mut state = self.for_the_others.wait_while(state, |state| state.free == 0).unwrap();
        state.free -= 1;
        Permit { semaphore: self }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut state = self.state.lock().unwrap();
        self.take(&mut state)
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let mut state = self.state.lock().unwrap();
        state.timed += 1;
        let (mut state, _) = self
            .for_the_timed
            .wait_timeout_while(state, timeout, |state| state.free == 0)
            .unwrap();
        state.timed -= 1;
        self.take(&mut state)
    }

    pub fn available(&self) -> usize {
        self.state.lock().unwrap().free
    }

    fn take(&self, state: &mut MutexGuard<'_, State>) -> Option<Permit<'_>> {
        state.free = state.free.checked_sub(1)?;
        Some(Permit { semaphore: self })
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.semaphore.state.lock().unwrap();
        state.free += 1;
        self.semaphore.for_the_timed.notify_one();
        self.semaphore.for_the_others.notify_one();
    }
}

pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let semaphore = Semaphore::new(limit.max(1));
    let outcomes: Vec<thread::Result<T>> = thread::scope(|scope| {
        let semaphore = &semaphore;
        let threads: Vec<_> = jobs
            .into_iter()
            .map(|job| {
                scope.spawn(move || {
                    let _permit = semaphore.acquire();
                    job()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    outcomes
        .into_iter()
        .map(|outcome| outcome.expect("a job panicked"))
        .collect()
}
