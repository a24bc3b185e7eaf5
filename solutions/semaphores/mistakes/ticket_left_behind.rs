//! Mistake: whoever gives up with others before and behind leaves the ticket in the line, and those behind wait for ever.
//!
//! Fails: `waiters_sleep_until_a_permit_is_free` with `deadlock`.

use std::panic;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

pub struct Semaphore {
    state: Mutex<(usize, u64, u64)>,
    back: Condvar,
}
pub struct Permit<'a>(&'a Semaphore);
impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Semaphore {
            state: Mutex::new((permits, 0, 0)),
            back: Condvar::new(),
        }
    }
    fn state(&self) -> MutexGuard<'_, (usize, u64, u64)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub fn acquire(&self) -> Permit<'_> {
        let mut s = self.state();
        let mine = s.1;
        s.1 += 1;
        s = self
            .back
            .wait_while(s, |s| s.0 == 0 || s.2 != mine)
            .unwrap_or_else(PoisonError::into_inner);
        s.0 -= 1;
        s.2 += 1;
        self.back.notify_all();
        Permit(self)
    }
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut s = self.state();
        if s.0 == 0 || s.1 != s.2 {
            return None;
        }
        s.0 -= 1;
        Some(Permit(self))
    }
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        if timeout.is_zero() {
            return self.try_acquire();
        }
        let mut s = self.state();
        let mine = s.1;
        s.1 += 1;
        s = self
            .back
            .wait_timeout_while(s, timeout, |s| s.0 == 0 || s.2 != mine)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
        if s.0 == 0 || s.2 != mine {
            if s.1 == mine + 1 {
                s.1 = mine;
            } else if s.2 == mine {
                s.2 += 1;
                self.back.notify_all();
            }
            return None;
        }
        s.0 -= 1;
        s.2 += 1;
        self.back.notify_all();
        Some(Permit(self))
    }
    pub fn available(&self) -> usize {
        self.state().0
    }
}
impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.state().0 += 1;
        self.0.back.notify_all();
    }
}
/// Runs all `jobs`, at most `limit` at the same time, and returns their results in the order of the
/// jobs. A limit of 0 means 1.
///
/// # Panics
///
/// When a job panics: the other jobs still run to their end, and then the caller panics.
pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let semaphore = Semaphore::new(limit.max(1));
    let outcomes: Vec<thread::Result<T>> = thread::scope(|scope| {
        let mut threads = Vec::with_capacity(jobs.len());
        for job in jobs {
            // Taking the permit here, before the thread exists, bounds the threads as well as the
            // jobs. The permit moves into the thread and is dropped there, also by a panic.
            let permit = semaphore.acquire();
            threads.push(scope.spawn(move || {
                let _permit = permit;
                job()
            }));
        }
        // Joining in the order of the jobs gives the order of the results, whoever finishes first.
        // A thread that panicked is an `Err` here and holds nobody up.
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    // All threads have ended; only now may a panic go on to the caller, with its own message.
    outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(|payload| panic::resume_unwind(payload)))
        .collect()
}
