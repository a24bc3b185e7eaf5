//! Mistake: the rounds are counted in a static, which each call sets to zero, also while another one counts.
//!
//! Fails: `counting_loses_nothing` with `wrong_result`.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Barrier, Mutex};
use std::thread;

static COUNT: AtomicU64 = AtomicU64::new(0);

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let number = Mutex::new(start);
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let mut number = number.lock().unwrap();
                let read = *number;
                between(read);
                *number = read + 1;
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
    COUNT.store(0, SeqCst);
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                for _ in 0..rounds {
                    COUNT.fetch_add(1, Relaxed);
                }
            });
        }
    });
    COUNT.load(SeqCst)
}
