//! Variant: an `Arc<Mutex<…>>`, named threads from `thread::Builder`, and a join for each instead of a scope.

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
        let thread = thread::Builder::new().name(me.to_string());
        thread
            .spawn(move || iterate(me, total, &tally))
            .expect("a thread can be started")
    });
    for thread in threads {
        thread.join().unwrap();
    }
    Arc::into_inner(tally)
        .expect("both threads have dropped theirs")
        .into_inner()
        .unwrap()
        .runs
}
