//! Mistake: the count is an atomic, and looking at it and taking from it are two operations. Each
//! is atomic, the two together are not: two threads see the last permit and both take it.
//!
//! Fails: `never_more_holders_than_permits` with `limit_exceeded`.
//! Fails: `try_acquire_answers_at_once` with `wrong_result`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub struct Semaphore {
    free: AtomicUsize,
    sleepers: Mutex<()>,
    returned: Condvar,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self {
            free: AtomicUsize::new(permits),
            sleepers: Mutex::new(()),
            returned: Condvar::new(),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        let mut sleepers = self.sleepers.lock().unwrap();
        while self.free.load(Ordering::SeqCst) == 0 {
            sleepers = self.returned.wait(sleepers).unwrap();
        }
        drop(sleepers);
        self.free.fetch_sub(1, Ordering::SeqCst);
        Permit { semaphore: self }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        if self.free.load(Ordering::SeqCst) == 0 {
            return None;
        }
        self.free.fetch_sub(1, Ordering::SeqCst);
        Some(Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let sleepers = self.sleepers.lock().unwrap();
        let (sleepers, result) = self
            .returned
            .wait_timeout_while(sleepers, timeout, |_| self.free.load(Ordering::SeqCst) == 0)
            .unwrap();
        drop(sleepers);
        if result.timed_out() {
            return None;
        }
        self.free.fetch_sub(1, Ordering::SeqCst);
        Some(Permit { semaphore: self })
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
        let _sleepers = self.semaphore.sleepers.lock().unwrap();
        self.semaphore.free.fetch_add(1, Ordering::SeqCst);
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
