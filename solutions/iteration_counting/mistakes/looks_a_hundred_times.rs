//! Mistake: the caller looks a hundred times whether the threads have dropped their `Arc`s, and then gives up. It
//! yields after each look, but a yield is only a hint: the system may let the caller go on.
//!
//! Fails: `zero_gives_no_run_and_one_gives_one` with `wrong_result`.
//! Fails: `runs_add_up_to_the_total` with `wrong_result`.
//! Fails: `every_call_starts_anew` with `wrong_result`.
//! Fails: `threads_have_ended_on_return` with `busy_wait`.

use std::fmt;
use std::sync::{Arc, Mutex};
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
    let mut tally = Arc::new(Mutex::new(Tally::default()));
    let threads = ['a', 'b'].map(|me| {
        let tally = Arc::clone(&tally);
        thread::spawn(move || iterate(me, total, &tally))
    });
    let mut runs = Vec::new();
    for _ in 0..100 {
        if let Some(tally) = Arc::get_mut(&mut tally) {
            runs = std::mem::take(&mut tally.get_mut().unwrap().runs);
            break;
        }
        thread::yield_now();
    }
    for thread in threads {
        thread.join().unwrap();
    }
    runs
}
