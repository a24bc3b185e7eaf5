//! Mistake: the threads send their iterations through a channel with room for 256 of them, which is not emptied before
//! the threads have ended.
//!
//! Fails: `runs_add_up_to_the_total` with `deadlock`.
//! Fails: `threads_take_turns` with `deadlock`.
//! Fails: `program_prints_one_line_a_run` with `deadlock`.

use std::fmt;
use std::sync::{Mutex, mpsc};
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

pub fn count_iterations(total: u64) -> Vec<Run> {
    let (sender, receiver) = mpsc::sync_channel(256);
    let left = Mutex::new((total, sender));
    let work = |me: char| {
        loop {
            let mut left = left.lock().unwrap();
            if left.0 == 0 {
                break;
            }
            left.0 -= 1;
            left.1.send(me).unwrap();
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| work('a'));
        scope.spawn(|| work('b'));
    });
    drop(left);
    let mut runs: Vec<Run> = Vec::new();
    for thread in receiver {
        match runs.last_mut() {
            Some(run) if run.thread == thread => run.iterations += 1,
            _ => runs.push(Run { thread, iterations: 1 }),
        }
    }
    runs
}
