//! Variant: an `RwLock`: a check under the read lock, and the same check again under the write lock.

use std::fmt;
use std::sync::{Arc, RwLock};
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

fn iterate(me: char, total: u64, tally: &RwLock<Tally>) {
    while tally.read().unwrap().made < total {
        let mut tally = tally.write().unwrap();
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
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let tally = Arc::new(RwLock::new(Tally::default()));
    let threads: Vec<_> = ['a', 'b']
        .into_iter()
        .map(|me| {
            let tally = Arc::clone(&tally);
            thread::spawn(move || iterate(me, total, &tally))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let runs = tally.read().unwrap().runs.clone();
    runs
}
