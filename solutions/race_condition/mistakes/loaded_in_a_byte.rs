//! Mistake: how many threads have loaded is counted in a byte.
//!
//! Fails: `all_but_one_are_lost` with `deadlock`.
//! Fails: `every_thread_loads_and_stores` with `deadlock`.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Condvar, Mutex};
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
    let (loaded, all) = (Mutex::new(0_u8), Condvar::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let read = value.load(SeqCst);
                let mut loaded = loaded.lock().unwrap();
                *loaded += 1;
                if usize::from(*loaded) == threads {
                    all.notify_all();
                }
                let loaded = all.wait_while(loaded, |loaded| usize::from(*loaded) < threads).unwrap();
                drop(loaded);
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
