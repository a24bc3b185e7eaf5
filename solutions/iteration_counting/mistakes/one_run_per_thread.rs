//! Mistake: each thread returns how many iterations it made, and the two sums are returned as runs: the order of the
//! iterations is lost.
//!
//! Fails: `threads_take_turns` with `over_serialized`.

use std::fmt;
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
    let runs = thread::scope(|scope| {
        let threads = ['a', 'b'].map(|me| {
            let taken = &taken;
            scope.spawn(move || {
                let mut run = Run {
                    thread: me,
                    iterations: 0,
                };
                while taken.fetch_add(1, Ordering::SeqCst) < total {
                    run.iterations += 1;
                }
                run
            })
        });
        threads.map(|thread| thread.join().unwrap())
    });
    runs.into_iter().filter(|run| run.iterations > 0).collect()
}
