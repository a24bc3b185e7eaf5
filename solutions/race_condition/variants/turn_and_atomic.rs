//! Variant: A lock that contains nothing guards a plain atomic; threads are waited for one by
//! one, and their panics go on.

use std::panic;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Relaxed, Release},
};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let (number, turn) = (AtomicU64::new(start), Mutex::new(()));
    let increment = || {
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let read = number.load(Relaxed);
        between(read);
        number.store(read + 1, Relaxed);
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(&increment)).collect();
        let ends: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
        for end in ends {
            if let Err(payload) = end {
                panic::resume_unwind(payload);
            }
        }
    });
    number.into_inner()
}

pub fn lose_all_but_one(value: &AtomicU64, threads: usize) {
    let threads = threads.max(1);
    let (loaded, all) = (Mutex::new(0), Condvar::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let read = value.fetch_add(0, AcqRel);
                let loaded = {
                    let mut loaded = loaded.lock().unwrap();
                    *loaded += 1;
                    if *loaded == threads {
                        all.notify_all();
                    }
                    all.wait_while(loaded, |loaded| *loaded < threads).unwrap()
                };
                drop(loaded);
                value.swap(read + 1, Release);
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
                    let _ = count.fetch_update(Relaxed, Relaxed, |counted| Some(counted + 1));
                }
            });
        }
    });
    count.into_inner()
}
