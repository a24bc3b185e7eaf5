//! Mistake: all semaphores share one lock and one condition variable in a `static`. A permit that comes
//! back to one semaphore may wake a thread that waits at another, which goes back to sleep, and the
//! right one is never woken.
//!
//! Fails: `waiters_sleep_until_a_permit_is_free` with `lost_wakeup`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

static LOCK: Mutex<()> = Mutex::new(());
static RETURNED: Condvar = Condvar::new();

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
        let mut lock = LOCK.lock().unwrap();
        while self.available() == 0 {
            lock = RETURNED.wait(lock).unwrap();
        }
        self.free.fetch_sub(1, Ordering::SeqCst);
        drop(lock);
        Permit { semaphore: self }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let _lock = LOCK.lock().unwrap();
        if self.available() == 0 {
            return None;
        }
        self.free.fetch_sub(1, Ordering::SeqCst);
        Some(Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let lock = LOCK.lock().unwrap();
        let (_lock, _) = RETURNED
            .wait_timeout_while(lock, timeout, |()| self.available() == 0)
            .unwrap();
        if self.available() == 0 {
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
        let _lock = LOCK.lock().unwrap();
        self.semaphore.free.fetch_add(1, Ordering::SeqCst);
        RETURNED.notify_one();
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
