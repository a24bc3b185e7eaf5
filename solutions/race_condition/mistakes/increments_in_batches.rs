//! Mistake: never more than thirty-two threads are started before they are joined.
//!
//! Fails: `any_thread_may_increment_first` with `over_serialized`.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Barrier, Mutex};
use std::thread;

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let number = Mutex::new(start);
    let mut left = threads.max(1);
    while left > 0 {
        let batch = left.min(32);
        left -= batch;
        thread::scope(|scope| {
            for _ in 0..batch {
                scope.spawn(|| {
                    let mut number = number.lock().unwrap();
                    let read = *number;
                    between(read);
                    *number = read + 1;
                });
            }
        });
    }
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
    let count = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                for _ in 0..rounds {
                    count.fetch_add(1, Relaxed);
                }
            });
        }
    });
    count.into_inner()
}
