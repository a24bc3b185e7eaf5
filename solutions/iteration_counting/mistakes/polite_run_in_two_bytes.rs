//! Mistake: the length of a run wraps at 16 bits. A thread offers the processor after each iteration, but nobody has to
//! take it.
//!
//! Fails: `runs_add_up_to_the_total` with `wrong_result`.

use std::fmt;
use std::sync::{Barrier, Mutex};
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
    let left_and_runs: Mutex<(u64, Vec<Run>)> = Mutex::new((total, Vec::new()));
    let barrier = Barrier::new(2);
    let iterate = |me: char| {
        let mut guard = left_and_runs.lock().unwrap();
        let (left, runs) = &mut *guard;
        if *left == 0 {
            return false;
        }
        *left -= 1;
        match runs.last_mut() {
            Some(run) if run.thread == me => run.iterations = (run.iterations as u16).wrapping_add(1).into(),
            _ => runs.push(Run {
                thread: me,
                iterations: 1,
            }),
        }
        true
    };
    thread::scope(|scope| {
        for me in ['a', 'b'] {
            let (barrier, iterate) = (&barrier, &iterate);
            scope.spawn(move || {
                barrier.wait();
                while iterate(me) {
                    thread::yield_now();
                }
            });
        }
    });
    left_and_runs.into_inner().unwrap().1
}
