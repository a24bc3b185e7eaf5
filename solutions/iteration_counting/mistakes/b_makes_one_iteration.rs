//! Mistake: thread `b` makes one iteration and ends, because it has an `if` where `a` has a `while`. It interrupts
//! once at most, and `a` makes all others.
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

struct Tally {
    made: u64,
    runs: Vec<Run>,
}

fn iterate(me: char, total: u64, tally: &Mutex<Tally>) -> bool {
    let mut tally = tally.lock().unwrap();
    if tally.made == total {
        return false;
    }
    tally.made += 1;
    match tally.runs.last_mut() {
        Some(run) if run.thread == me => run.iterations += 1,
        _ => tally.runs.push(Run {
            thread: me,
            iterations: 1,
        }),
    }
    true
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let runs = Vec::new();
    let tally = Mutex::new(Tally { made: 0, runs });
    thread::scope(|scope| {
        scope.spawn(|| while iterate('a', total, &tally) {});
        scope.spawn(|| if iterate('b', total, &tally) {});
    });
    tally.into_inner().unwrap().runs
}
