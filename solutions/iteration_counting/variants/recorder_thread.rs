//! Variant: a third thread records, and each iteration is handed to it over a rendezvous channel.

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

fn record(letters: mpsc::Receiver<char>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for thread in letters {
        match runs.last_mut() {
            Some(run) if run.thread == thread => run.iterations += 1,
            _ => runs.push(Run { thread, iterations: 1 }),
        }
    }
    runs
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let left = Arc::new(Mutex::new(total));
    let (sender, receiver) = mpsc::sync_channel(0);
    let recorder = thread::spawn(move || record(receiver));
    let threads = ['a', 'b'].map(|me| {
        let (left, sender) = (Arc::clone(&left), sender.clone());
        thread::spawn(move || {
            loop {
                let mut left = left.lock().unwrap();
                let Some(less) = left.checked_sub(1) else { break };
                *left = less;
                drop(left);
                sender.send(me).unwrap();
            }
        })
    });
    drop(sender);
    for thread in threads {
        thread.join().unwrap();
    }
    recorder.join().unwrap()
}
