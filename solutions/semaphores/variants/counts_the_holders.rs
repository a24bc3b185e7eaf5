//! Variant: the holders are counted, not the free permits; one more thread hands the jobs to workers,
//! who ask for them, and the results come back over a channel.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc;
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub struct Semaphore {
    permits: usize,
    taken: Mutex<usize>,
    returned: Condvar,
}

impl Semaphore {
    pub fn new(permits: usize) -> Self {
        Self {
            permits,
            taken: Mutex::new(0),
            returned: Condvar::new(),
        }
    }

    pub fn acquire(&self) -> Permit<'_> {
        let mut taken = self.taken.lock().unwrap();
        while *taken == self.permits {
            taken = self.returned.wait(taken).unwrap();
        }
        *taken += 1;
        Permit { semaphore: self }
    }

    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut taken = self.taken.lock().unwrap();
        if *taken == self.permits {
            return None;
        }
        *taken += 1;
        Some(Permit { semaphore: self })
    }

    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        let taken = self.taken.lock().unwrap();
        let (mut taken, _) = self
            .returned
            .wait_timeout_while(taken, timeout, |taken| *taken == self.permits)
            .unwrap();
        if *taken == self.permits {
            return None;
        }
        *taken += 1;
        Some(Permit { semaphore: self })
    }

    pub fn available(&self) -> usize {
        self.permits - *self.taken.lock().unwrap()
    }
}

#[must_use]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.semaphore.taken.lock().unwrap() -= 1;
        self.semaphore.returned.notify_one();
    }
}

pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let workers = limit.max(1).min(jobs.len());
    let (give, take) = mpsc::sync_channel(0);
    let take = &Mutex::new(take);
    let (report, reports) = mpsc::channel();
    let mut outcomes: Vec<(usize, thread::Result<T>)> = thread::scope(|scope| {
        scope.spawn(move || {
            for job in jobs.into_iter().enumerate() {
                give.send(job).expect("a worker is there until the last job is done");
            }
        });
        for _ in 0..workers {
            let report = report.clone();
            scope.spawn(move || {
                loop {
                    let next = take.lock().unwrap().recv();
                    let Ok((number, job)) = next else { return };
                    let outcome = panic::catch_unwind(AssertUnwindSafe(job));
                    report.send((number, outcome)).expect("the caller listens");
                }
            });
        }
        drop(report);
        reports.iter().collect()
    });
    outcomes.sort_by_key(|&(number, _)| number);
    outcomes
        .into_iter()
        .map(|(_, outcome)| outcome.unwrap_or_else(|payload| panic::resume_unwind(payload)))
        .collect()
}
