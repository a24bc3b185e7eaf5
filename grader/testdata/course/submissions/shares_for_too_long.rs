//! A thread says that it is done, and drops its `Arc` only afterwards.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;

/// Counts in one thread.
pub fn count(total: u64) -> u64 {
    let made = Arc::new(Mutex::new(0));
    let (sender, receiver) = mpsc::channel();
    let worker = {
        let made = Arc::clone(&made);
        thread::spawn(move || {
            *made.lock().unwrap() += total;
            sender.send(()).unwrap();
            drop(made);
        })
    };
    receiver.recv().unwrap();
    let made = Arc::try_unwrap(made)
        .expect("the thread is done")
        .into_inner()
        .unwrap();
    worker.join().unwrap();
    made
}

/// A sum.
pub struct Tally(pub u64);

impl Tally {
    /// Adds to the sum.
    pub fn add(&mut self, more: u64) {
        self.0 += more;
    }
}
