//! Mistake: a waiter looks at the count once and takes its permit after the first wake-up. But
//! another thread may have been quicker, and a wake-up may be spurious.
//!
//! Fails: `never_more_holders_than_permits` with `limit_exceeded`.
//! Fails: `timeouts_end_at_their_deadline` with `wrong_result`.

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub struct Semaphore {
    permits: usize,
    held: Mutex<usize>,
    returned: Condvar,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self {
            permits,
            held: Mutex::new(0),
            returned: Condvar::new(),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        let mut held = self.held.lock().unwrap();
        if *held >= self.permits {
            held = self.returned.wait(held).unwrap();
        }
        *held += 1;
        Permit { semaphore: self }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut held = self.held.lock().unwrap();
        if *held >= self.permits {
            return None;
        }
        *held += 1;
        Some(Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let mut held = self.held.lock().unwrap();
        if *held >= self.permits {
            let (woken, result) = self.returned.wait_timeout(held, timeout).unwrap();
            if result.timed_out() {
                return None;
            }
            held = woken;
        }
        *held += 1;
        Some(Permit { semaphore: self })
    }

    pub fn available(&self) -> usize {
        self.permits.saturating_sub(*self.held.lock().unwrap())
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.semaphore.held.lock().unwrap() -= 1;
        self.semaphore.returned.notify_one();
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
