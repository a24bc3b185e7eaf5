//! Variant: waiters stand in line by number, and every change wakes all of them. `acquire` is `acquire_timeout` without
//! an end. `run_limited` hands out its jobs by an atomic index.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

struct Line {
    free: usize,
    next_number: u64,
    numbers: VecDeque<u64>,
}

pub struct Semaphore {
    line: Mutex<Line>,
    moved: Condvar,
}

pub struct Permit<'a> {
    from: &'a Semaphore,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Semaphore {
            line: Mutex::new(Line {
                free: permits,
                next_number: 0,
                numbers: VecDeque::new(),
            }),
            moved: Condvar::new(),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        self.acquire_timeout(Duration::MAX).expect("nobody waits for so long")
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut line = self.line.lock().unwrap();
        line.free = line.free.checked_sub(1)?;
        drop(line);
        Some(Permit { from: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        if timeout.is_zero() {
            return self.try_acquire();
        }
        let start = Instant::now();
        let mut line = self.line.lock().unwrap();
        let mine = line.next_number;
        line.next_number += 1;
        line.numbers.push_back(mine);

        let got_one = loop {
            if line.free > 0 && line.numbers.front() == Some(&mine) {
                line.free -= 1;
                break true;
            }
            let waited = start.elapsed();
            if waited >= timeout {
                // a permit freed at the last moment is for whoever is there
                break false;
            }
            line = self.moved.wait_timeout(line, timeout - waited).unwrap().0;
        };

        line.numbers.retain(|&number| number != mine);
        drop(line);
        self.moved.notify_all();
        got_one.then(|| Permit { from: self })
    }

    pub fn available(&self) -> usize {
        self.line.lock().unwrap().free
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.from.line.lock().unwrap().free += 1;
        self.from.moved.notify_all();
    }
}

pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let slots: Vec<_> = jobs
        .into_iter()
        .map(|job| (Mutex::new(Some(job)), Mutex::new(None)))
        .collect();
    let next = AtomicUsize::new(0);

    let worker = || {
        while let Some((job, result)) = slots.get(next.fetch_add(1, Ordering::Relaxed)) {
            let job = job.lock().unwrap().take().expect("each index is handed out once");
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
            *result.lock().unwrap() = Some(outcome);
        }
    };
    thread::scope(|s| {
        for _ in 0..slots.len().min(limit.max(1)) {
            s.spawn(worker);
        }
    });

    slots
        .into_iter()
        .map(
            |(_, result)| match result.into_inner().unwrap().expect("all jobs have run") {
                Ok(value) => value,
                Err(panic) => std::panic::resume_unwind(panic),
            },
        )
        .collect()
}
