//! Mistake: each iteration is recorded as a run of its own, also when the same thread made the one before.
//!
//! Fails: `runs_alternate_between_a_and_b` with `wrong_result`.
//! Fails: `every_call_starts_anew` with `wrong_result`.

use std::fmt;
use std::sync::Mutex;
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
    let runs: Mutex<Vec<Run>> = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for me in ['a', 'b'] {
            let runs = &runs;
            scope.spawn(move || {
                loop {
                    let mut runs = runs.lock().unwrap();
                    if runs.len() as u64 == total {
                        break;
                    }
                    runs.push(Run {
                        thread: me,
                        iterations: 1,
                    });
                }
            });
        }
    });
    runs.into_inner().unwrap()
}
