//! Mistake: instead of joining its threads, the caller sleeps for a second, which is usually enough, but not always.
//!
//! Fails: `threads_have_ended_on_return` with `thread_leak`.

use std::fmt;
use std::sync::{Arc, Mutex};
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

#[derive(Default)]
struct Tally {
    made: u64,
    runs: Vec<Run>,
}

fn iterate(me: char, total: u64, tally: &Mutex<Tally>) {
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
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let tally = Arc::new(Mutex::new(Tally::default()));
    for me in ['a', 'b'] {
        let tally = Arc::clone(&tally);
        thread::spawn(move || iterate(me, total, &tally));
    }
    thread::sleep(Duration::from_secs(1));
    let runs = tally.lock().unwrap().runs.clone();
    runs
}
