//! Mistake: a thread that was too late reads again, and calls `between` again.
//!
//! Fails: `increments_add_up` with `wrong_result`.
//! Fails: `between_sees_each_number_once` with `race`.
//! Fails: `program_shows_both_tables` with `wrong_output`.

use std::sync::Barrier;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::thread;

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let number = AtomicU64::new(start);
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let mut read = number.load(SeqCst);
                loop {
                    between(read);
                    match number.compare_exchange(read, read + 1, SeqCst, SeqCst) {
                        Ok(_) => break,
                        Err(newer) => read = newer,
                    }
                }
            });
        }
    });
    number.into_inner()
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
