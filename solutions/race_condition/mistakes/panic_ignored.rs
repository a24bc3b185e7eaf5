//! Mistake: the result is returned although a thread has panicked.
//!
//! Fails: `a_panic_between_reaches_the_caller` with `wrong_result`.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let number = Mutex::new(start);
    thread::scope(|scope| {
        let increment = || {
            let mut number = number.lock().unwrap_or_else(PoisonError::into_inner);
            between(*number);
            *number += 1;
        };
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(increment)).collect();
        for thread in threads {
            let _ = thread.join();
        }
    });
    number.into_inner().unwrap_or_else(PoisonError::into_inner)
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
