//! Mistake: the threads are not joined; the caller waits until the count is complete.
//!
//! Fails: `counting_loses_nothing` with `thread_leak`.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let number = Mutex::new(start);
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let mut number = number.lock().unwrap();
                between(*number);
                *number += 1;
            });
        }
    });
    number.into_inner().unwrap()
}

pub fn lose_all_but_one(value: &AtomicU64, threads: usize) {
    let threads = threads.max(1);
    let barrier = Barrier::new(threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let read = value.load(SeqCst);
                barrier.wait();
                value.store(read + 1, SeqCst);
            });
        }
    });
}

pub fn count_without_locks(threads: usize, rounds: usize) -> u64 {
    let (threads, count) = (threads.max(1), Arc::new(AtomicU64::new(0)));
    let (done, ends) = mpsc::channel();
    for _ in 0..threads {
        let (count, done) = (Arc::clone(&count), done.clone());
        thread::spawn(move || {
            for _ in 0..rounds {
                count.fetch_add(1, SeqCst);
            }
            done.send(()).unwrap();
        });
    }
    ends.iter().take(threads).count();
    count.load(SeqCst)
}
