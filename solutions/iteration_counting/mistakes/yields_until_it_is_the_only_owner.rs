//! Mistake: the caller checks again and again whether the threads have dropped their `Arc`s, and only then joins them.
//! It yields after each check, but it never sleeps.
//!
//! Fails: `runs_add_up_to_the_total` with `busy_wait`.
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
    let tally = Arc::new(Mutex::new(Tally::default()));
    let threads = ['a', 'b'].map(|me| {
        let tally = Arc::clone(&tally);
        thread::spawn(move || iterate(me, total, &tally))
    });
    while Arc::strong_count(&tally) > 1 {
        thread::yield_now();
    }
    let tally = Arc::into_inner(tally).expect("no other thread has it");
    for thread in threads {
        thread.join().unwrap();
    }
    tally.into_inner().unwrap().runs
}
