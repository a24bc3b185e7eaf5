//! Mistake: a line is left over from debugging; what a library prints becomes part of the program's output.
//!
//! Fails: `program_prints_a_run_as_shown` with `wrong_output`.
//! Fails: `program_prints_one_line_a_run` with `wrong_output`.

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
                    if tally.made == total {
                        break;
                    }
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
    let runs = tally.into_inner().unwrap().runs;
    println!("{} runs", runs.len());
    runs
}
