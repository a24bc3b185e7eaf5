//! Mistake: the timeout is rounded down to whole microseconds, so the call gives up too early.
//!
//! Fails: `timeouts_end_at_their_deadline` with `wrong_result`.

use std::panic;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
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
        let mut free = self
            .returned
            .wait_while(self.free(), |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Permit { semaphore: self }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut free = self.free();
        *free = free.checked_sub(1)?;
        Some(Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let (mut free, _) = self
            .returned
            .wait_timeout_while(
                self.free(),
                Duration::from_micros(timeout.as_micros().min(u64::MAX as u128) as u64),
                |free| *free == 0,
            )
            .unwrap_or_else(PoisonError::into_inner);
        *free = free.checked_sub(1)?;
        Some(Permit { semaphore: self })
    }

    pub fn available(&self) -> usize {
        *self.free()
    }

    fn free(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[must_use = "a permit that is not kept is given back at once"]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.semaphore.free() += 1;
        self.semaphore.returned.notify_one();
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
