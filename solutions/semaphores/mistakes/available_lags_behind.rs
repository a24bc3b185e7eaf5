//! Mistake: `available` reads a copy of the count, "so that it needs no lock", and the copy is
//! written after the lock has been released. Two threads that take a permit at the same time write it
//! in the wrong order, and from then on it shows a permit that is not there.
//!
//! Fails: `try_acquire_answers_at_once` with `wrong_result`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

pub struct Semaphore {
    free: Mutex<usize>,
    shown: AtomicUsize,
    returned: Condvar,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self {
            free: Mutex::new(permits),
            shown: AtomicUsize::new(permits),
            returned: Condvar::new(),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        let mut free = self.free.lock().unwrap();
        while *free == 0 {
            free = self.returned.wait(free).unwrap();
        }
        self.take(free)
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let free = self.free.lock().unwrap();
        (*free > 0).then(|| self.take(free))
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let free = self.free.lock().unwrap();
        let (free, _) = self
            .returned
            .wait_timeout_while(free, timeout, |free| *free == 0)
            .unwrap();
        (*free > 0).then(|| self.take(free))
    }

    pub fn available(&self) -> usize {
        self.shown.load(Ordering::SeqCst)
    }

    fn take(&self, mut free: MutexGuard<usize>) -> Permit<'_> {
        *free -= 1;
        let left = *free;
        drop(free);
        self.shown.store(left, Ordering::SeqCst);
        Permit { semaphore: self }
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut free = self.semaphore.free.lock().unwrap();
        *free += 1;
        self.semaphore.shown.store(*free, Ordering::SeqCst);
        drop(free);
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
