//! Mistake: the permits on their way to a waiter are counted in a byte, as if never more than 255 came back at once.
//!
//! Fails: `waiters_sleep_until_a_permit_is_free` with `deadlock`.

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub struct Semaphore {
    state: Mutex<State>,
    returned: Condvar,
}

struct State {
    /// Free permits; below zero, how many threads wait.
    count: i128,
    /// Permits that came back for a waiter and have not been picked up.
    wake_ups: u8,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        let state = State {
            count: permits as i128,
            wake_ups: 0,
        };
        Self {
            state: Mutex::new(state),
            returned: Condvar::new(),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        let mut state = self.state.lock().expect("nothing panics with the lock held");
        state.count -= 1;
        if state.count < 0 {
            while state.wake_ups == 0 {
                state = self.returned.wait(state).expect("nothing panics with the lock held");
            }
            state.wake_ups -= 1;
        }
        Permit { semaphore: self }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut state = self.state.lock().expect("nothing panics with the lock held");
        if state.count <= 0 {
            return None;
        }
        state.count -= 1;
        Some(Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let mut state = self.state.lock().expect("nothing panics with the lock held");
        state.count -= 1;
        if state.count < 0 {
            let (waited, _) = self
                .returned
                .wait_timeout_while(state, timeout, |state| state.wake_ups == 0)
                .expect("nothing panics with the lock held");
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
        self.state
            .lock()
            .expect("nothing panics with the lock held")
            .count
            .max(0) as usize
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.semaphore.state.lock().expect("nothing panics with the lock held");
        state.count += 1;
        if state.count <= 0 {
            state.wake_ups = state.wake_ups.wrapping_add(1);
            self.semaphore.returned.notify_one();
        }
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
