//! Mistake: the waiter is woken before the permit is counted. It may look at the count in
//! between, find 0 and go back to sleep, and it is not notified again.
//!
//! Fails: `never_more_holders_than_permits` with `lost_wakeup`.
//! Fails: `waiters_sleep_until_a_permit_is_free` with `deadlock`.
//! Fails: `try_acquire_answers_at_once` with `deadlock`.
//! Fails: `timeouts_end_at_their_deadline` with `deadlock`.
//! Fails: `a_panicking_holder_gives_its_permit_back` with `deadlock`.

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub struct Semaphore {
    free: Mutex<usize>,
    returned: Condvar,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self {
            free: Mutex::new(permits),
            returned: Condvar::new(),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        let mut free = self.free.lock().unwrap();
        while *free == 0 {
            free = self.returned.wait(free).unwrap();
        }
        *free -= 1;
        Permit { semaphore: self }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut free = self.free.lock().unwrap();
        if *free == 0 {
            return None;
        }
        *free -= 1;
        Some(Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let free = self.free.lock().unwrap();
        let (mut free, _) = self
            .returned
            .wait_timeout_while(free, timeout, |free| *free == 0)
            .unwrap();
        if *free == 0 {
            return None;
        }
        *free -= 1;
        Some(Permit { semaphore: self })
    }

    pub fn available(&self) -> usize {
        *self.free.lock().unwrap()
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.returned.notify_one();
        *self.semaphore.free.lock().unwrap() += 1;
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
