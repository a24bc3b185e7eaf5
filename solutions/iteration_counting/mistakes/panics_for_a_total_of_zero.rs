//! Mistake: the last thread is unwrapped, but when there is nothing to count there is none.
//!
//! Fails: `zero_gives_no_run_and_one_gives_one` with `panic`.
//! Fails: `threads_have_ended_on_return` with `panic`.

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
    let mut tally = tally.into_inner().unwrap();
    let thread = tally.current.unwrap();
    tally.runs.push(Run {
        thread,
        iterations: tally.iterations,
    });
    tally.runs
}
