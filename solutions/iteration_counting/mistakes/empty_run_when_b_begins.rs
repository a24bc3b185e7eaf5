//! Mistake: the current thread starts out as `a`, so that `b`, if it comes first, records a run that `a` never made.
//!
//! Fails: `no_run_is_empty` with `wrong_result`.
//! Fails: `zero_gives_no_run_and_one_gives_one` with `wrong_result`.
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

struct Tally {
    made: u64,
    current: char,
    iterations: u64,
    runs: Vec<Run>,
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let tally = Mutex::new(Tally {
        made: 0,
        current: 'a',
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
                    if tally.current != me {
                        let finished = Run {
                            thread: tally.current,
                            iterations: tally.iterations,
                        };
                        tally.runs.push(finished);
                        tally.current = me;
                        tally.iterations = 0;
                    }
                    tally.iterations += 1;
                    tally.made += 1;
                }
            });
        }
    });
    let mut tally = tally.into_inner().unwrap();
    if tally.iterations > 0 {
        tally.runs.push(Run {
            thread: tally.current,
            iterations: tally.iterations,
        });
    }
    tally.runs
}
