//! Variant: the count is an atomic, and waiters park in a queue. A permit that comes back is
//! handed to the oldest waiter.
//!
//! Its orderings are as weak as they can be. A permit changes hands through `free` or through `granted`: giving it back
//! releases, and taking it acquires. Where the queue is locked, the lock orders the threads.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

pub struct Semaphore {
    /// Raised only with the queue locked and empty, so that a waiter that looks again with the queue locked misses
    /// nothing.
    free: AtomicUsize,
    queue: Mutex<VecDeque<Arc<Waiter>>>,
}

struct Waiter {
    thread: Thread,
    granted: AtomicBool,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self {
            free: AtomicUsize::new(permits),
            queue: Mutex::new(VecDeque::new()),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        if let Some(waiter) = self.take_or_queue() {
            while !waiter.granted.load(Ordering::Acquire) {
                thread::park();
            }
        }
        Permit { semaphore: self }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.take().then(|| Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let start = Instant::now();
        let Some(waiter) = self.take_or_queue() else {
            return Some(Permit { semaphore: self });
        };
        while !waiter.granted.load(Ordering::Acquire) {
            let left = timeout.saturating_sub(start.elapsed());
            if !left.is_zero() {
                thread::park_timeout(left);
                continue;
            }
            let mut queue = self.queue.lock().expect("nothing panics with the lock held");
            // Granted between the look above and the lock: the permit is ours.
            if !waiter.granted.load(Ordering::Relaxed) {
                queue.retain(|other| !Arc::ptr_eq(other, &waiter));
                return None;
            }
        }
        Some(Permit { semaphore: self })
    }

    pub fn available(&self) -> usize {
        // Only a number: whoever asks takes no permit by it.
        self.free.load(Ordering::Relaxed)
    }

    fn take(&self) -> bool {
        // A thread that sees an old count of 0 looks again with the queue locked.
        self.free
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, |free| free.checked_sub(1))
            .is_ok()
    }

    /// Takes a permit, or joins the queue and returns this thread's place in it.
    fn take_or_queue(&self) -> Option<Arc<Waiter>> {
        if self.take() {
            return None;
        }
        let mut queue = self.queue.lock().expect("nothing panics with the lock held");
        if self.take() {
            drop(queue);
            return None;
        }
        let waiter = Arc::new(Waiter {
            thread: thread::current(),
            granted: AtomicBool::new(false),
        });
        queue.push_back(Arc::clone(&waiter));
        Some(waiter)
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut queue = self.semaphore.queue.lock().expect("nothing panics with the lock held");
        match queue.pop_front() {
            Some(waiter) => {
                waiter.granted.store(true, Ordering::Release);
                waiter.thread.unpark();
            }
            None => {
                self.semaphore.free.fetch_add(1, Ordering::Release);
            }
        }
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
