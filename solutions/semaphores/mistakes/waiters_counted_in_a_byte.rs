//! Mistake: the waiting threads are counted in a byte, to save notifications when no thread waits. With
//! 256 of them the count is 0 again, and none is woken.
//!
//! Fails: `waiters_sleep_until_a_permit_is_free` with `deadlock`.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

pub struct Semaphore {
    state: Mutex<State>,
    returned: Condvar,
}

struct State {
    free: usize,
    /// How many threads sleep on `returned`, or are about to.
    waiting: u8,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self {
            state: Mutex::new(State {
                free: permits,
                waiting: 0,
            }),
            returned: Condvar::new(),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        self.take_before(None)
            .expect("without a deadline only a permit ends the wait")
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.take_before(Some(Instant::now()))
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        self.take_before(Instant::now().checked_add(timeout))
    }

    pub fn available(&self) -> usize {
        self.state.lock().expect("nothing panics with the lock held").free
    }

    fn take_before(&self, deadline: Option<Instant>) -> Option<Permit<'_>> {
        let mut state = self.state.lock().expect("nothing panics with the lock held");
        while state.free == 0 {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return None;
            }
            state.waiting = state.waiting.wrapping_add(1);
            state = match left {
                Some(left) => {
                    self.returned
                        .wait_timeout(state, left)
                        .expect("nothing panics with the lock held")
                        .0
                }
                None => self.returned.wait(state).expect("nothing panics with the lock held"),
            };
            state.waiting = state.waiting.wrapping_sub(1);
        }
        state.free -= 1;
        Some(Permit { semaphore: self })
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.semaphore.state.lock().expect("nothing panics with the lock held");
        state.free += 1;
        if state.waiting > 0 {
            self.semaphore.returned.notify_one();
        }
    }
}

pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let count = jobs.len();
    let queue = Mutex::new(jobs.into_iter().enumerate());
    let outcomes = Mutex::new(Vec::with_capacity(count));
    thread::scope(|scope| {
        for _ in 0..limit.max(1).min(count) {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("nothing panics with the lock held").next();
                    let Some((index, job)) = next else { break };
                    let outcome = panic::catch_unwind(AssertUnwindSafe(job));
                    outcomes
                        .lock()
                        .expect("nothing panics with the lock held")
                        .push((index, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().expect("nothing panics with the lock held");
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes
        .into_iter()
        .map(|(_, outcome)| outcome.unwrap_or_else(|payload| panic::resume_unwind(payload)))
        .collect()
}
