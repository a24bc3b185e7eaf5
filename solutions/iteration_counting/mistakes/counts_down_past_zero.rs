//! Mistake: `fetch_sub` is one step, but the check before it is another one: the count of what is left goes below zero,
//! wraps round to the largest number, and the loop never ends.
//!
//! Fails: `zero_gives_no_run_and_one_gives_one` with `too_slow`.
//! Fails: `runs_add_up_to_the_total` with `too_slow`.
//! Fails: `no_run_is_empty` with `too_slow`.
//! Fails: `runs_alternate_between_a_and_b` with `too_slow`.
//! Fails: `threads_take_turns` with `too_slow`.
//! Fails: `threads_have_ended_on_return` with `too_slow`.

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
    let left = AtomicU64::new(total);
    let runs: Mutex<Vec<Run>> = Mutex::new(Vec::new());
    let work = |me: char| {
        while left.load(Ordering::SeqCst) > 0 {
            left.fetch_sub(1, Ordering::SeqCst);
            let mut runs = runs.lock().unwrap();
            match runs.last_mut() {
                Some(run) if run.thread == me => run.iterations += 1,
                _ => runs.push(Run {
                    thread: me,
                    iterations: 1,
                }),
            }
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| work('a'));
        scope.spawn(|| work('b'));
    });
    runs.into_inner().unwrap()
}
