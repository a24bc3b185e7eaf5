//! Mistake: a waiter busy-waits. `compare_exchange` makes the count right, but every waiter keeps a
//! processor busy.
//!
//! Fails: `never_more_holders_than_permits` with `busy_wait`.
//! Fails: `waiters_sleep_until_a_permit_is_free` with `busy_wait`.
//! Fails: `try_acquire_answers_at_once` with `busy_wait`.
//! Fails: `timeouts_end_at_their_deadline` with `busy_wait`.
//! Fails: `a_panicking_holder_gives_its_permit_back` with `busy_wait`.

use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

pub struct Semaphore {
    free: AtomicUsize,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self {
            free: AtomicUsize::new(permits),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        loop {
            if let Some(permit) = self.try_acquire() {
                return permit;
            }
            hint::spin_loop();
        }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut free = self.free.load(Ordering::SeqCst);
        while free > 0 {
            match self
                .free
                .compare_exchange(free, free - 1, Ordering::SeqCst, Ordering::SeqCst)
            {
                Ok(_) => return Some(Permit { semaphore: self }),
                Err(now) => free = now,
            }
        }
        None
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let start = Instant::now();
        loop {
            if let Some(permit) = self.try_acquire() {
                return Some(permit);
            }
            if start.elapsed() >= timeout {
                return None;
            }
            hint::spin_loop();
        }
    }

    pub fn available(&self) -> usize {
        self.free.load(Ordering::SeqCst)
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.free.fetch_add(1, Ordering::SeqCst);
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
