//! Mistake: the threads take turns in the order in which they were started.
//!
//! Fails: `any_thread_may_increment_first` with `over_serialized`.
//! Fails: `a_panic_between_reaches_the_caller` with `deadlock`.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Barrier, Condvar, Mutex};
use std::thread;

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let (number, changed) = (Mutex::new(start), Condvar::new());
    thread::scope(|scope| {
        for turn in 0..threads.max(1) as u64 {
            let (number, changed, between) = (&number, &changed, &between);
            scope.spawn(move || {
                let number = number.lock().unwrap();
                let mut number = changed.wait_while(number, |number| *number != start + turn).unwrap();
                between(*number);
                *number += 1;
                changed.notify_all();
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
