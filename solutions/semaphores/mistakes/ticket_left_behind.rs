//! Mistake: a waiter that gives up in the middle of the line leaves its ticket there, and those behind wait for ever.
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
