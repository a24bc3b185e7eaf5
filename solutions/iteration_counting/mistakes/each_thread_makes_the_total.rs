//! Mistake: each thread counts to `total` by itself, so together they make twice as many.
//!
//! Fails: `runs_add_up_to_the_total` with `wrong_result`.
//! Fails: `zero_gives_no_run_and_one_gives_one` with `wrong_result`.
//! Fails: `every_call_starts_anew` with `wrong_result`.
//! Fails: `program_prints_a_run_as_shown` with `wrong_output`.

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
                for _ in 0..total {
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
