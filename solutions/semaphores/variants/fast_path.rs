//! Variant: a permit is taken from an atomic count; a thread that finds none uses a lock and a condition variable.
//!
//! Its orderings are as weak as they can be. Whoever gives a permit back writes `free` and then reads `sleepers`.
//! Whoever goes to sleep writes `sleepers` and then reads `free`. At least one of them has to see what the other one
//! wrote, and only `SeqCst` for all four makes that certain.

use std::panic;
use std::sync::atomic::{
    AtomicUsize,
    Ordering::{Acquire, Relaxed, SeqCst},
};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// An atomic count for threads that find a permit; a lock and a condition variable for those that do not.
pub struct Semaphore {
    free: AtomicUsize,
    waiting: Mutex<()>,
    back: Condvar,
    sleepers: AtomicUsize,
}
pub struct Permit<'a>(&'a Semaphore);
impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Semaphore {
            free: AtomicUsize::new(permits),
            waiting: Mutex::new(()),
            back: Condvar::new(),
            sleepers: AtomicUsize::new(0),
        }
    }
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.free
            .fetch_update(Acquire, SeqCst, |n| n.checked_sub(1))
            .ok()
            .map(|_| Permit(self))
    }
    pub fn acquire(&self) -> Permit<'_> {
        self.acquire_timeout(Duration::MAX).expect("nobody waits that long")
    }
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        if let Some(p) = self.try_acquire() {
            return Some(p);
        }
        if timeout.is_zero() {
            return None;
        }
        let end = Instant::now().checked_add(timeout);
        let mut guard = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        self.sleepers.fetch_add(1, SeqCst);
        let got = loop {
            if let Some(p) = self.try_acquire() {
                break Some(p);
            }
            match end {
                None => guard = self.back.wait(guard).unwrap_or_else(PoisonError::into_inner),
                Some(end) => {
                    let left = end.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break None;
                    }
                    guard = self
                        .back
                        .wait_timeout(guard, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0;
                }
            }
        };
        // Whoever sees that late notifies in vain.
        self.sleepers.fetch_sub(1, Relaxed);
        drop(guard);
        got
    }
    pub fn available(&self) -> usize {
        self.free.load(Relaxed)
    }
}
impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.free.fetch_add(1, SeqCst);
        if self.0.sleepers.load(SeqCst) > 0 {
            let _g = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            self.0.back.notify_all();
        }
    }
}
pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let semaphore = Semaphore::new(limit.max(1));
    let outcomes: Vec<thread::Result<T>> = thread::scope(|scope| {
        let mut threads = Vec::with_capacity(jobs.len());
        for job in jobs {
            let permit = semaphore.acquire();
            threads.push(scope.spawn(move || {
                let _permit = permit;
                job()
            }));
        }
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(|payload| panic::resume_unwind(payload)))
        .collect()
}
