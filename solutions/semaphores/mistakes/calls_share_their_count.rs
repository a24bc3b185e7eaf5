//! Mistake: the running jobs are counted in a `static`, which each call sets back to 0. That clears what an
//! earlier call left, but spoils the count of a call that runs at the same time.
//!
//! Fails: `run_limited_keeps_its_limit` with `limit_exceeded`.

use std::panic;
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
        *self.semaphore.free.lock().unwrap() += 1;
        self.semaphore.returned.notify_one();
    }
}

/// How many jobs run.
static RUNNING: Mutex<usize> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

struct Running;

impl Drop for Running {
    fn drop(&mut self) {
        let mut running = RUNNING.lock().unwrap();
        *running = running.saturating_sub(1);
        ENDED.notify_all();
    }
}

pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    *RUNNING.lock().unwrap() = 0;
    let outcomes: Vec<thread::Result<T>> = thread::scope(|scope| {
        let mut threads = Vec::new();
        for job in jobs {
            let running = RUNNING.lock().unwrap();
            let mut running = ENDED.wait_while(running, |running| *running >= limit.max(1)).unwrap();
            *running += 1;
            drop(running);
            threads.push(scope.spawn(move || {
                let _running = Running;
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
