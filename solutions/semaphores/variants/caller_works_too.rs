//! Variant: workers with a queue, and the caller is one of them.

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
        let free = self.free.lock().expect("nothing panics with the lock held");
        let (mut free, _) = self
            .returned
            .wait_timeout_while(free, timeout, |free| *free == 0)
            .expect("nothing panics with the lock held");
        if *free == 0 {
            return None;
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
        *self.semaphore.free.lock().expect("nothing panics with the lock held") += 1;
        self.semaphore.returned.notify_one();
    }
}

pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let n_workers = limit.max(1).min(jobs.len());
    let n_jobs = jobs.len();
    let queue = Mutex::new(jobs.into_iter().enumerate());
    let outcomes = Mutex::new((0..n_jobs).map(|_| None).collect::<Vec<_>>());
    let work = || {
        loop {
            let next = queue.lock().expect("no job runs with the lock held").next();
            let Some((number, job)) = next else { break };
            let outcome = panic::catch_unwind(AssertUnwindSafe(job));
            outcomes.lock().expect("no job runs with the lock held")[number] = Some(outcome);
        }
    };
    thread::scope(|scope| {
        for _ in 1..n_workers {
            scope.spawn(work);
        }
        work();
    });
    let outcomes = outcomes
        .into_inner()
        .expect("no job runs with the lock held")
        .into_iter()
        .flatten();
    outcomes
        .map(|outcome| outcome.unwrap_or_else(|payload| panic::resume_unwind(payload)))
        .collect()
}
