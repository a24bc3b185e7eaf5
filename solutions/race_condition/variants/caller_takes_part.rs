//! Variant: The calling thread is one of the threads. It loads in its turn and wakes the
//! others, who are parked.

use std::sync::RwLock;
use std::sync::atomic::{
    AtomicU64, AtomicUsize,
    Ordering::{Relaxed, SeqCst},
};
use std::thread;

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let number = RwLock::new(start);
    let increment = || {
        let mut number = number.write().unwrap();
        between(*number);
        *number += 1;
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(increment);
        }
        increment();
    });
    number.into_inner().unwrap()
}

pub fn lose_all_but_one(value: &AtomicU64, threads: usize) {
    let caller = thread::current();
    let left = AtomicUsize::new(threads.max(1) - 1);
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads)
            .map(|_| {
                scope.spawn(|| {
                    let read = value.load(SeqCst);
                    left.fetch_sub(1, SeqCst);
                    caller.unpark();
                    while left.load(SeqCst) != usize::MAX {
                        thread::park();
                    }
                    value.store(read + 1, SeqCst);
                })
            })
            .collect();
        let read = value.load(SeqCst);
        while left.load(SeqCst) > 0 {
            thread::park();
        }
        left.store(usize::MAX, SeqCst);
        value.store(read + 1, SeqCst);
        others.iter().for_each(|other| other.thread().unpark());
    });
}

pub fn count_without_locks(threads: usize, rounds: usize) -> u64 {
    let count = AtomicU64::new(0);
    let work = || (0..rounds).for_each(|_| drop(count.fetch_add(1, Relaxed)));
    thread::scope(|scope| {
        (1..threads).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    count.load(Relaxed)
}
