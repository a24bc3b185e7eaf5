//! Mistake: the flag by which a permit is handed to a waiter is `Relaxed`. A waiter that finds it set before it parks
//! has the permit, but need not see what the holder before it wrote.
//!
//! Fails: `never_more_holders_than_permits` with `race`.

use std::collections::VecDeque;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Waiters are handed their permits, first come, first served.
pub struct Semaphore {
    state: Mutex<State>,
}
struct State {
    free: usize,
    queue: VecDeque<Arc<Waiter>>,
}
struct Waiter {
    thread: Thread,
    granted: AtomicBool,
}
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}
impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Semaphore {
            state: Mutex::new(State {
                free: permits,
                queue: VecDeque::new(),
            }),
        }
    }
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn enqueue(&self) -> Result<Permit<'_>, Arc<Waiter>> {
        let mut state = self.state();
        if state.free > 0 {
            state.free -= 1;
            return Ok(Permit { semaphore: self });
        }
        let waiter = Arc::new(Waiter {
            thread: thread::current(),
            granted: AtomicBool::new(false),
        });
        state.queue.push_back(Arc::clone(&waiter));
        Err(waiter)
    }
    pub fn acquire(&self) -> Permit<'_> {
        self.enqueue().unwrap_or_else(|waiter| {
            while !waiter.granted.load(Relaxed) {
                thread::park();
            }
            Permit { semaphore: self }
        })
    }
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut s = self.state();
        s.free = s.free.checked_sub(1)?;
        Some(Permit { semaphore: self })
    }
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        if timeout.is_zero() {
            return self.try_acquire();
        }
        let Some(end) = Instant::now().checked_add(timeout) else {
            return Some(self.acquire());
        };
        let waiter = match self.enqueue() {
            Ok(p) => return Some(p),
            Err(w) => w,
        };
        loop {
            if waiter.granted.load(Relaxed) {
                return Some(Permit { semaphore: self });
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let mut state = self.state();
                if waiter.granted.load(Relaxed) {
                    return Some(Permit { semaphore: self });
                }
                state.queue.retain(|w| !Arc::ptr_eq(w, &waiter));
                return None;
            }
            thread::park_timeout(left);
        }
    }
    pub fn available(&self) -> usize {
        self.state().free
    }
}
impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.semaphore.state();
        match state.queue.pop_front() {
            Some(w) => {
                w.granted.store(true, Relaxed);
                drop(state);
                w.thread.unpark();
            }
            None => state.free += 1,
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
