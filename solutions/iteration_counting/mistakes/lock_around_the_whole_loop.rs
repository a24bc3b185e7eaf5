//! Mistake: the lock is taken before the loop, so the thread that gets it first makes all iterations and the other
//! finds nothing left.
//!
//! Fails: `threads_take_turns` with `over_serialized`.

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
                let mut tally = tally.lock().unwrap();
                while tally.made < total {
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
