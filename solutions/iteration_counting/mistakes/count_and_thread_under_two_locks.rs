//! Mistake: the current thread and its count have a lock each, and a thread that has announced itself but not yet
//! counted is recorded with an empty run.
//!
//! Fails: `no_run_is_empty` with `race`.

use std::fmt;
use std::mem;
use std::sync::Mutex;
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

pub fn count_iterations(total: u64) -> Vec<Run> {
    let taken = AtomicU64::new(0);
    let current: Mutex<Option<char>> = Mutex::new(None);
    let count = Mutex::new(0);
    let runs = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for me in ['a', 'b'] {
            let (taken, current, count, runs) = (&taken, &current, &count, &runs);
            scope.spawn(move || {
                while taken.fetch_add(1, Ordering::SeqCst) < total {
                    let mut current = current.lock().unwrap();
                    if *current != Some(me) {
                        if let Some(thread) = *current {
                            let iterations = mem::take(&mut *count.lock().unwrap());
                            runs.lock().unwrap().push(Run { thread, iterations });
                        }
                        *current = Some(me);
                    }
                    drop(current);
                    *count.lock().unwrap() += 1;
                }
            });
        }
    });
    let mut runs = runs.into_inner().unwrap();
    if let Some(thread) = current.into_inner().unwrap() {
        runs.push(Run {
            thread,
            iterations: count.into_inner().unwrap(),
        });
    }
    runs
}
