//! Mistake: the workers survive a job's panic and keep it for the caller, in a place for exactly one. A
//! second panic does not fit, and ends its worker.
//!
//! Fails: `a_panicking_job_panics_the_caller` with `wrong_result`.

use std::panic::{self, AssertUnwindSafe};
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

pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let first_panic = Mutex::new(None);
    let n_workers = limit.max(1).min(jobs.len());
    let n_jobs = jobs.len();
    let queue = Mutex::new(jobs.into_iter().enumerate());
    let results = Mutex::new((0..n_jobs).map(|_| None).collect::<Vec<_>>());
    let work = || {
        loop {
            let next = queue.lock().unwrap().next();
            let Some((number, job)) = next else { break };
            match panic::catch_unwind(AssertUnwindSafe(job)) {
                Ok(result) => results.lock().unwrap()[number] = Some(result),
                Err(payload) => {
                    let earlier = first_panic.lock().unwrap().replace(payload);
                    assert!(earlier.is_none(), "two jobs panicked");
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..n_workers {
            scope.spawn(work);
        }
    });
    if let Some(payload) = first_panic.into_inner().unwrap() {
        panic::resume_unwind(payload);
    }
    results.into_inner().unwrap().into_iter().flatten().collect()
}
