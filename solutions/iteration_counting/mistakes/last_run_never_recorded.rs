//! Mistake: a run is recorded only when the other thread takes over, and no thread takes over from the last run.
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

struct Tally {
    made: u64,
    current: Option<char>,
    iterations: u64,
    runs: Vec<Run>,
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let tally = Mutex::new(Tally {
        made: 0,
        current: None,
        iterations: 0,
        runs: Vec::new(),
    });
    thread::scope(|scope| {
        for me in ['a', 'b'] {
            let tally = &tally;
            scope.spawn(move || {
                loop {
                    let mut tally = tally.lock().unwrap();
                    if tally.made == total {
                        break;
                    }
                    if let Some(other) = tally.current.filter(|current| *current != me) {
                        let iterations = tally.iterations;
                        tally.runs.push(Run {
                            thread: other,
                            iterations,
                        });
                        tally.iterations = 0;
                    }
                    tally.current = Some(me);
                    tally.iterations += 1;
                    tally.made += 1;
                }
            });
        }
    });
    tally.into_inner().unwrap().runs
}
