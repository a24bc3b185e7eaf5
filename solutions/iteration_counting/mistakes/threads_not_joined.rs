//! Mistake: the runs are returned while the threads are still making them; the program ends without an error and prints
//! too little.
//!
//! Fails: `runs_add_up_to_the_total` with `thread_leak`.
//! Fails: `no_run_is_empty` with `thread_leak`.
//! Fails: `runs_alternate_between_a_and_b` with `thread_leak`.
//! Fails: `zero_gives_no_run_and_one_gives_one` with `thread_leak`.
//! Fails: `every_call_starts_anew` with `thread_leak`.
//! Fails: `threads_take_turns` with `thread_leak`.
//! Fails: `either_thread_may_begin` with `thread_leak`.
//! Fails: `threads_have_ended_on_return` with `thread_leak`.
//! Fails: `program_prints_a_run_as_shown` with `wrong_output`.
//! Fails: `program_prints_one_line_a_run` with `wrong_output`.

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
    for me in ['a', 'b'] {
        let tally = Arc::clone(&tally);
        thread::spawn(move || iterate(me, total, &tally));
    }
    let runs = tally.lock().unwrap().runs.clone();
    runs
}
