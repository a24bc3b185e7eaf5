//! Mistake: a thread makes a thousandth of the total under one lock. With small totals that is one iteration, with
//! large ones the other thread cannot come in between.
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
    let made = (total - tally.made).min((total / 1000).max(1));
    if made == 0 {
        return false;
    }
    tally.made += made;
    match tally.runs.last_mut() {
        Some(run) if run.thread == me => run.iterations += made,
        _ => tally.runs.push(Run {
            thread: me,
            iterations: made,
        }),
    }
    true
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let runs = Vec::new();
    let tally = Mutex::new(Tally { made: 0, runs });
    thread::scope(|scope| {
        scope.spawn(|| while iterate('a', total, &tally) {});
        scope.spawn(|| while iterate('b', total, &tally) {});
    });
    tally.into_inner().unwrap().runs
}
