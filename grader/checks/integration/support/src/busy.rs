//! How much each thread computes, by the kernel's account and not by the clock on the wall.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use harness::real::kernel;

/// How many rounds make a [`compute`]: far more than any bookkeeping around it takes.
const ROUNDS: u32 = 1_000;

/// Everything has to be at least so many times what the busiest of two threads computed.
const SHARED: f64 = 1.8;

/// Below this nobody could speak of sharing; between the two it may be the machine.
const ALONE: f64 = 1.4;

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

/// The processor time that threads spend from the beginning of their first stay to the end of their last.
#[derive(Debug, Default)]
pub struct Busy {
    spans: Mutex<HashMap<ThreadId, (Duration, Duration)>>,
}

impl Busy {
    /// Does `work` and counts it for the calling thread, together with all that this thread did since its first stay.
    pub fn stay<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = kernel::processor_time();
        let value = work();
        let end = kernel::processor_time();
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
        // A clock that has not moved on gives no number, and falls through.
        if ratio >= SHARED {
            Evidence::Shared
        } else if ratio <= ALONE {
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
    (0..ROUNDS).fold(x, |x, _| black_box((x * x + 1.0).sqrt() - x.fract()))
}
