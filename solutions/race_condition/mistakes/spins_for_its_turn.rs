//! Mistake: a flag keeps the others away, and who finds it set looks again at once.
//!
//! Fails: `between_sees_each_number_once` with `busy_wait`.
//! Fails: `any_thread_may_increment_first` with `busy_wait`.
//! Fails: `a_panic_between_reaches_the_caller` with `busy_wait`.

use std::sync::Barrier;
use std::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::thread;

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let taken = AtomicBool::new(false);
    let number = AtomicU64::new(start);
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while taken.swap(true, SeqCst) {
                    thread::yield_now();
                }
                let read = number.load(SeqCst);
                between(read);
                number.store(read + 1, SeqCst);
                taken.store(false, SeqCst);
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
