//! Mistake: `<=` where `<` belongs: the loop goes on when the total has been reached.
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
                loop {
                    let mut tally = tally.lock().unwrap();
                    if tally.made <= total {
                        tally.made += 1;
                        match tally.runs.last_mut() {
                            Some(run) if run.thread == me => run.iterations += 1,
                            _ => tally.runs.push(Run {
                                thread: me,
                                iterations: 1,
                            }),
                        }
                    } else {
                        break;
                    }
                }
            });
        }
    });
    tally.into_inner().unwrap().runs
}
