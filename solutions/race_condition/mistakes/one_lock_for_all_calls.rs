//! Mistake: the lock is a static, so a call waits for another one, for ever if that one waits for it.
//!
//! Fails: `increments_add_up` with `deadlock`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    static TURN: Mutex<()> = Mutex::new(());
    let number = AtomicU64::new(start);
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let _turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                let read = number.load(Ordering::SeqCst);
                between(read);
                number.store(read + 1, Ordering::SeqCst);
            });
        }
    });
    number.into_inner()
}

pub fn lose_all_but_one(value: &AtomicU64, threads: usize) {
    let threads = threads.max(1);
    let all_have_loaded = Barrier::new(threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let loaded = value.load(Ordering::SeqCst);
                all_have_loaded.wait();
                value.store(loaded.wrapping_add(1), Ordering::SeqCst);
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
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    count.into_inner()
}
