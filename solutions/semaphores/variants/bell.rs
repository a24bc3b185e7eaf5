//! Variant: a bell for those who sleep, a channel with room for one ring. Whoever takes a permit and sees that more are
//! free rings again.

use std::panic;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

pub struct Semaphore {
    free: Mutex<usize>,
    ring: Sender<()>,
    bell: Receiver<()>,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        let (ring, bell) = bounded(1);
        Self {
            free: Mutex::new(permits),
            ring,
            bell,
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        loop {
            if let Some(permit) = self.try_acquire() {
                return permit;
            }
            self.bell.recv().unwrap();
        }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut free = self.free.lock().unwrap();
        if *free == 0 {
            return None;
        }
        *free -= 1;
        if *free > 0 {
            let _ = self.ring.try_send(());
        }
        Some(Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let Some(deadline) = Instant::now().checked_add(timeout) else {
            return Some(self.acquire());
        };
        loop {
            if let Some(permit) = self.try_acquire() {
                return Some(permit);
            }
            if self.bell.recv_deadline(deadline).is_err() {
                return self.try_acquire();
            }
        }
    }

    pub fn available(&self) -> usize {
        *self.free.lock().unwrap()
    }
}

pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.semaphore.free.lock().unwrap() += 1;
        let _ = self.semaphore.ring.try_send(());
    }
}

pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let semaphore = &Semaphore::new(limit.max(1));
    thread::scope(|scope| {
        let threads: Vec<_> = jobs
            .into_iter()
            .map(|job| {
                scope.spawn(move || {
                    let _permit = semaphore.acquire();
                    job()
                })
            })
            .collect();
        let results: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
        results
            .into_iter()
            .map(|result| result.unwrap_or_else(|panic| panic::resume_unwind(panic)))
            .collect()
    })
}
