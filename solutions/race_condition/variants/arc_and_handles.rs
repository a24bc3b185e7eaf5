//! Variant: Threads own what they share and are joined by their handles, where nothing is
//! borrowed. One count a thread, and all of them summed up.

use std::sync::atomic::{
    AtomicU64, AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let number = Mutex::new(Some(start));
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let mut number = number.lock().unwrap();
                let read = number.take().expect("no thread has panicked");
                between(read);
                *number = Some(read + 1);
            });
        }
    });
    number.into_inner().unwrap().unwrap()
}

pub fn lose_all_but_one(value: &AtomicU64, threads: usize) {
    let threads = threads.max(1);
    let (loaded, gate) = (AtomicUsize::new(0), OnceLock::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let read = value.load(Acquire);
                let _ = loaded.fetch_add(1, AcqRel) + 1 == threads && { gate.set(()).is_ok() };
                gate.wait();
                value.store(read + 1, Release);
            });
        }
    });
}

pub fn count_without_locks(threads: usize, rounds: usize) -> u64 {
    let counts: Arc<Vec<AtomicU64>> = Arc::new((0..threads.max(1)).map(|_| AtomicU64::new(0)).collect());
    let count = |index: usize| {
        let counts = Arc::clone(&counts);
        thread::spawn(move || {
            for _ in 0..rounds {
                let own = &counts[index];
                own.store(own.load(Relaxed) + 1, Relaxed);
            }
        })
    };
    let threads: Vec<_> = (0..counts.len()).map(count).collect();
    for thread in threads {
        thread.join().unwrap();
    }
    counts.iter().map(|count| count.load(Relaxed)).sum()
}
