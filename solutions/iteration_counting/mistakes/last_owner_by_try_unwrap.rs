//! Mistake: the last thread is to hand the runs over. With `Arc::try_unwrap` instead of `Arc::into_inner`, both threads
//! may find that they are not the only owner, and drop the runs.
//!
//! Fails: `zero_gives_no_run_and_one_gives_one` with `panic`.
//! Fails: `runs_add_up_to_the_total` with `panic`.
//! Fails: `no_run_is_empty` with `panic`.
//! Fails: `runs_alternate_between_a_and_b` with `panic`.
//! Fails: `threads_take_turns` with `panic`.
//! Fails: `threads_have_ended_on_return` with `panic`.

use std::fmt;
use std::sync::{Arc, Mutex, mpsc};
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
    let (sender, receiver) = mpsc::channel();
    let owners = [('a', Arc::clone(&tally)), ('b', tally)];
    let threads = owners.map(|(me, tally)| {
        let sender = sender.clone();
        thread::spawn(move || {
            iterate(me, total, &tally);
            if let Some(tally) = Arc::try_unwrap(tally).ok() {
                sender.send(tally.into_inner().unwrap().runs).unwrap();
            }
        })
    });
    drop(sender);
    for thread in threads {
        thread.join().unwrap();
    }
    receiver.recv().unwrap()
}
