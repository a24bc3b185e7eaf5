//! Mistake: the total is atomic, so each `load` and each `store` is safe, but between the two the other thread stores
//! the same value.
//!
//! Fails: `runs_add_up_to_the_total` with `race`.
//! Fails: `zero_gives_no_run_and_one_gives_one` with `race`.

use std::fmt;
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
    let made = AtomicU64::new(0);
    let runs: Mutex<Vec<Run>> = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for me in ['a', 'b'] {
            let (made, runs) = (&made, &runs);
            scope.spawn(move || {
                loop {
                    let before = made.load(Ordering::SeqCst);
                    if before == total {
                        break;
                    }
                    made.store(before + 1, Ordering::SeqCst);
                    let mut runs = runs.lock().unwrap();
                    match runs.last_mut() {
                        Some(run) if run.thread == me => run.iterations += 1,
                        _ => runs.push(Run {
                            thread: me,
                            iterations: 1,
                        }),
                    }
                }
            });
        }
    });
    runs.into_inner().unwrap()
}
