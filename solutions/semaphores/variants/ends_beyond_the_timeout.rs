//! Variant: a timeout ends when more than its time has passed, not when exactly its time has; the
//! notification comes before the increment, but with the lock held, so that no thread can look in between.

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

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
        let mut free = self.free.lock().expect("nothing panics with the lock held");
        while *free == 0 {
            free = self.returned.wait(free).expect("nothing panics with the lock held");
        }
        *free -= 1;
        Permit { semaphore: self }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut free = self.free.lock().expect("nothing panics with the lock held");
        if *free == 0 {
            return None;
        }
        *free -= 1;
        Some(Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let start = Instant::now();
        let mut free = self.free.lock().expect("nothing panics with the lock held");
        while *free == 0 {
            let elapsed = start.elapsed();
            if elapsed > timeout {
                return None;
            }
            (free, _) = self
                .returned
                .wait_timeout(free, timeout - elapsed)
                .expect("nothing panics with the lock held");
        }
        *free -= 1;
        Some(Permit { semaphore: self })
    }

    pub fn available(&self) -> usize {
        *self.free.lock().expect("nothing panics with the lock held")
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut free = self.semaphore.free.lock().expect("nothing panics with the lock held");
        self.semaphore.returned.notify_one();
        *free += 1;
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
