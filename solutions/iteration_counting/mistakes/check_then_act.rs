//! Mistake: the lock is released between the check that iterations are left and the iteration, so both threads may make
//! the last one.
//!
//! Fails: `runs_add_up_to_the_total` with `race`.
//! Fails: `zero_gives_no_run_and_one_gives_one` with `race`.

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

#[derive(Default)]
struct Tally {
    made: u64,
    runs: Vec<Run>,
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let tally = Mutex::new(Tally::default());
    thread::scope(|scope| {
        for me in ['a', 'b'] {
            let tally = &tally;
            scope.spawn(move || {
                while tally.lock().unwrap().made < total {
                    let mut tally = tally.lock().unwrap();
                    tally.made += 1;
                    match tally.runs.last_mut() {
                        Some(run) if run.thread == me => run.iterations += 1,
                        _ => tally.runs.push(Run {
                            thread: me,
                            iterations: 1,
                        }),
                    }
                }
            });
        }
    });
    tally.into_inner().unwrap().runs
}
