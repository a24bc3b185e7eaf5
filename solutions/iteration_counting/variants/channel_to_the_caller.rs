//! Variant: tickets from `fetch_add`, each iteration sent through an mpsc channel; the caller makes the runs out of
//! what arrives.
//!
//! `Relaxed` is enough for the tickets: the threads share nothing else, and the channel orders what the caller sees.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
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
    let taken = AtomicU64::new(0);
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for me in ['a', 'b'] {
            let (taken, sender) = (&taken, sender.clone());
            scope.spawn(move || {
                while taken.fetch_add(1, Ordering::Relaxed) < total {
                    sender.send(me).expect("the caller receives until all have been sent");
                }
            });
        }
        drop(sender);
        let mut runs: Vec<Run> = Vec::new();
        for thread in receiver {
            match runs.last_mut() {
                Some(run) if run.thread == thread => run.iterations += 1,
                _ => runs.push(Run { thread, iterations: 1 }),
            }
        }
        runs
    })
}
