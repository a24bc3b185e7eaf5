//! Mistake: `swap` tells each thread exactly which thread it follows, but the run is recorded in a later step, when
//! others may have been recorded before it.
//!
//! Fails: `no_run_is_empty` with `race`.
//! Fails: `runs_alternate_between_a_and_b` with `race`.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
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

const NOBODY: u32 = 0;

pub fn count_iterations(total: u64) -> Vec<Run> {
    let taken = AtomicU64::new(0);
    let current = AtomicU32::new(NOBODY);
    let count = AtomicU64::new(0);
    let runs: Mutex<Vec<Run>> = Mutex::new(Vec::new());
    let record = |thread: u32| {
        if let Some(thread) = char::from_u32(thread).filter(|_| thread != NOBODY) {
            let iterations = count.swap(0, Ordering::SeqCst);
            runs.lock().unwrap().push(Run { thread, iterations });
        }
    };
    thread::scope(|scope| {
        for me in ['a', 'b'].map(u32::from) {
            let (taken, current, count, record) = (&taken, &current, &count, &record);
            scope.spawn(move || {
                while taken.fetch_add(1, Ordering::SeqCst) < total {
                    let last = current.swap(me, Ordering::SeqCst);
                    if last != me {
                        record(last);
                    }
                    count.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    record(current.load(Ordering::SeqCst));
    runs.into_inner().unwrap()
}
