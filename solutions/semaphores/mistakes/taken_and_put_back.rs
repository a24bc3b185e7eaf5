//! Mistake: `try_acquire` takes first and puts back what was not there. In between, the count is below
//! zero, a permit that comes back fills the hole, and another thread finds none.
//!
//! Fails: `never_more_holders_than_permits` with `lost_wakeup`.
//! Fails: `all_permits_can_be_out_at_once` with `wrong_result`.
//! Fails: `try_acquire_answers_at_once` with `wrong_result`.
//! Fails: `run_limited_keeps_its_limit` with `deadlock`.

use std::sync::atomic::{AtomicIsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

pub struct Semaphore {
    free: AtomicIsize,
    /// Locked by those who go to sleep, and by those who wake them.
    asleep: Mutex<()>,
    returned: Condvar,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self {
            free: AtomicIsize::new(permits as isize),
            asleep: Mutex::new(()),
            returned: Condvar::new(),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        let mut asleep = self.asleep.lock().unwrap();
        loop {
            if let Some(permit) = self.take() {
                return permit;
            }
            asleep = self.returned.wait(asleep).unwrap();
        }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        if self.free.fetch_sub(1, Ordering::SeqCst) > 0 {
            return Some(Permit { semaphore: self });
        }
        self.free.fetch_add(1, Ordering::SeqCst);
        None
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let start = Instant::now();
        let mut asleep = self.asleep.lock().unwrap();
        loop {
            if let Some(permit) = self.take() {
                return Some(permit);
            }
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                return None;
            }
            (asleep, _) = self.returned.wait_timeout(asleep, left).unwrap();
        }
    }

    pub fn available(&self) -> usize {
        self.free.load(Ordering::SeqCst).max(0) as usize
    }

    fn take(&self) -> Option<Permit<'_>> {
        self.free
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |free| (free > 0).then(|| free - 1))
            .ok()?;
        Some(Permit { semaphore: self })
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.free.fetch_add(1, Ordering::SeqCst);
        let _asleep = self.semaphore.asleep.lock().unwrap();
        self.semaphore.returned.notify_one();
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
