//! Mistake: the threads hand each other the turn, starting with `a`: of all possible orders, only one is left.
//!
//! Fails: `either_thread_may_begin` with `over_serialized`.

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

struct Tally {
    made: u64,
    turn: char,
    runs: Vec<Run>,
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let tally = Mutex::new(Tally {
        made: 0,
        turn: 'a',
        runs: Vec::new(),
    });
    let turned = Condvar::new();
    thread::scope(|scope| {
        for (me, other) in [('a', 'b'), ('b', 'a')] {
            let (tally, turned) = (&tally, &turned);
            scope.spawn(move || {
                let mut tally = tally.lock().unwrap();
                while tally.made < total {
                    if tally.turn != me {
                        tally = turned.wait(tally).unwrap();
                        continue;
                    }
                    tally.runs.push(Run {
                        thread: me,
                        iterations: 1,
                    });
                    tally.made += 1;
                    tally.turn = other;
                    turned.notify_one();
                }
            });
        }
    });
    tally.into_inner().unwrap().runs
}
