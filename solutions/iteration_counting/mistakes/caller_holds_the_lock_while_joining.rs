//! Mistake: the caller locks the runs first, to have them at hand, and then joins threads that wait for this lock.
//!
//! Fails: `runs_add_up_to_the_total` with `deadlock`.
//! Fails: `no_run_is_empty` with `deadlock`.
//! Fails: `runs_alternate_between_a_and_b` with `deadlock`.
//! Fails: `zero_gives_no_run_and_one_gives_one` with `deadlock`.
//! Fails: `every_call_starts_anew` with `deadlock`.
//! Fails: `threads_take_turns` with `deadlock`.
//! Fails: `either_thread_may_begin` with `deadlock`.
//! Fails: `threads_have_ended_on_return` with `deadlock`.
//! Fails: `program_prints_one_line_a_run` with `deadlock`.
//! Fails: `program_prints_a_run_as_shown` with `deadlock`.

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
    let finished = tally.lock().unwrap();
    for thread in threads {
        thread.join().unwrap();
    }
    finished.runs.clone()
}
