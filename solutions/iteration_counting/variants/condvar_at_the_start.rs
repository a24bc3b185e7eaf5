//! Variant: both threads wait at a condition variable until the other has arrived, so neither has a head start.

use std::fmt;
use std::sync::{Condvar, Mutex};
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
    arrived: u32,
    made: u64,
    runs: Vec<Run>,
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    if total == 0 {
        return Vec::new();
    }
    let tally = Mutex::new(Tally::default());
    let everyone = Condvar::new();
    thread::scope(|scope| {
        for me in ['a', 'b'] {
            let (tally, everyone) = (&tally, &everyone);
            scope.spawn(move || {
                let mut start = tally.lock().unwrap();
                start.arrived += 1;
                everyone.notify_all();
                drop(everyone.wait_while(start, |tally| tally.arrived < 2).unwrap());
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
    tally.into_inner().unwrap().runs
}
