//! Mistake: the caller checks every millisecond whether the threads have ended, and joins them then. `join` alone
//! would do, and would sleep.
//!
//! Fails: `threads_have_ended_on_return` with `busy_wait`.

use std::fmt;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

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
        let threads = [
            scope.spawn(|| while iterate('a', total, &tally) {}),
            scope.spawn(|| while iterate('b', total, &tally) {}),
        ];
        while !threads.iter().all(|thread| thread.is_finished()) {
            thread::sleep(Duration::from_millis(1));
        }
    });
    tally.into_inner().unwrap().runs
}
