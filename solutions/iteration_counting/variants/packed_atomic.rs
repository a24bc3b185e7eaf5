//! Variant: no lock: one atomic number holds the count and the last thread; each thread logs where its runs began, and
//! the logs are merged after joining.
//!
//! `Relaxed` is enough: the threads share nothing but this one number, whose changes have one order for all of them,
//! and `join` makes the logs visible.

use std::fmt;
use std::iter;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub thread: char,
    pub iterations: u64,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} iterations in thread {}", self.iterations, self.thread)
    }
}

/// The count so far in the upper 63 bits; in the lowest, whether `b` made the last iteration.
struct State(AtomicU64);

impl State {
    /// Makes one iteration. Returns its number and whether it begins a run, or `None` when `total` have been made.
    fn iterate(&self, me: char, total: u64) -> Option<(u64, bool)> {
        let is_b = u64::from(me == 'b');
        let mut before = self.0.load(Ordering::Relaxed);
        loop {
            let made = before >> 1;
            if made == total {
                return None;
            }
            let after = ((made + 1) << 1) | is_b;
            match self
                .0
                .compare_exchange(before, after, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return Some((made, made == 0 || before & 1 != is_b)),
                Err(now) => before = now,
            }
        }
    }
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let state = State(AtomicU64::new(0));
    let mut starts: Vec<(u64, char)> = thread::scope(|scope| {
        let threads = ['a', 'b'].map(|me| {
            let state = &state;
            scope.spawn(move || {
                let iterations = iter::from_fn(|| state.iterate(me, total));
                iterations
                    .filter(|(_, begins)| *begins)
                    .map(|(number, _)| (number, me))
                    .collect::<Vec<_>>()
            })
        });
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    starts.sort_unstable();
    let ends = starts.iter().skip(1).map(|(number, _)| *number).chain([total]);
    starts
        .iter()
        .zip(ends)
        .map(|(&(start, thread), end)| Run {
            thread,
            iterations: end - start,
        })
        .collect()
}
