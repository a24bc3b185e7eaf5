//! Mistake: all iterations are counted in 16 bits, which overflow long before a total of 100000.
//!
//! Fails: `runs_add_up_to_the_total` with `panic`.
//! Fails: `threads_take_turns` with `panic`.

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
    made: u16,
    runs: Vec<Run>,
}

fn iterate(me: char, total: u64, tally: &Mutex<Tally>) -> bool {
    let mut tally = tally.lock().unwrap();
    if u64::from(tally.made) == total {
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
        scope.spawn(|| while iterate('b', total, &tally) {});
    });
    tally.into_inner().unwrap().runs
}
