//! Mistake: the last iteration wakes the caller, which may return before both threads have found out that nothing is
//! left.
//!
//! Fails: `runs_add_up_to_the_total` with `thread_leak`.
//! Fails: `no_run_is_empty` with `thread_leak`.
//! Fails: `runs_alternate_between_a_and_b` with `thread_leak`.
//! Fails: `zero_gives_no_run_and_one_gives_one` with `thread_leak`.
//! Fails: `every_call_starts_anew` with `thread_leak`.
//! Fails: `threads_take_turns` with `thread_leak`.
//! Fails: `either_thread_may_begin` with `thread_leak`.
//! Fails: `threads_have_ended_on_return` with `thread_leak`.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex};
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

#[derive(Default)]
struct Shared {
    tally: Mutex<Tally>,
    complete: Condvar,
}

fn iterate(me: char, total: u64, shared: &Shared) {
    loop {
        let mut tally = shared.tally.lock().unwrap();
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
        if tally.made == total {
            shared.complete.notify_one();
        }
    }
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let shared = Arc::new(Shared::default());
    for me in ['a', 'b'] {
        let shared = Arc::clone(&shared);
        thread::spawn(move || iterate(me, total, &shared));
    }
    let tally = shared.tally.lock().unwrap();
    let tally = shared.complete.wait_while(tally, |tally| tally.made < total).unwrap();
    tally.runs.clone()
}
