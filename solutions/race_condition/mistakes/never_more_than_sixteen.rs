//! Mistake: however many threads are asked for, there are sixteen at most.
//!
//! Fails: `every_thread_loads_and_stores` with `not_concurrent`.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Barrier, Mutex};
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
    let threads = threads.clamp(1, 16);
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
