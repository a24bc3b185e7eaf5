//! How much each thread computes: its CPU time, which the kernel counts, and not wall time.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use harness::real::thread_cpu_time;

/// How many rounds a [`compute`] has: so many that the code around it takes next to no time.
const COMPUTE_ROUNDS: u32 = 1_000;

/// Two threads share the work if together they compute at least this many times what the busier one does.
const SHARED_RATIO: f64 = 1.8;

/// Up to this ratio one thread computes nearly everything. Between the two, load on the machine may be the cause.
const ALONE_RATIO: f64 = 1.4;

/// What a measurement says about two threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// Both compute their part.
    Shared,
    /// One of them computes nearly everything.
    Alone,
    /// It may be either.
    Unclear,
}

/// The CPU time that threads spend from the beginning of their first stay to the end of their last.
#[derive(Debug, Default)]
pub struct Busy {
    spans: Mutex<HashMap<ThreadId, (Duration, Duration)>>,
}

impl Busy {
    /// Does `work` and counts it for the calling thread, together with all that this thread did since its first stay.
    pub fn stay<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = thread_cpu_time();
        let value = work();
        let end = thread_cpu_time();
        let mut spans = self.spans();
        spans.entry(thread::current().id()).or_insert((start, end)).1 = end;
        value
    }

    /// What that says about two threads.
    pub fn evidence(&self) -> Evidence {
        let times: Vec<f64> = self
            .spans()
            .values()
            .map(|(start, end)| (*end - *start).as_secs_f64())
            .collect();
        let busiest = times.iter().copied().fold(0.0, f64::max);
        let ratio = times.iter().sum::<f64>() / busiest;
        // Without any CPU time the ratio is not a number, so the evidence is unclear.
        if ratio >= SHARED_RATIO {
            Evidence::Shared
        } else if ratio <= ALONE_RATIO {
            Evidence::Alone
        } else {
            Evidence::Unclear
        }
    }

    fn spans(&self) -> MutexGuard<'_, HashMap<ThreadId, (Duration, Duration)>> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Computes for a moment, always the same.
pub fn compute(x: f64) -> f64 {
    (0..COMPUTE_ROUNDS).fold(x, |x, _| black_box((x * x + 1.0).sqrt() - x.fract()))
}
