//! Variant: The threads load one after the other and pass a baton on, the last one wakes all.
//! The additions are handed out as tickets, in the order in which threads come.

use std::sync::atomic::{
    AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock, mpsc};
use std::thread;

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let next = AtomicU64::new(start);
    let (serving, turn) = (Mutex::new(start), Condvar::new());
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                let ticket = next.fetch_add(1, SeqCst);
                let number = serving.lock().unwrap();
                drop(turn.wait_while(number, |number| *number != ticket).unwrap());
                let _done = Served(&serving, &turn);
                between(ticket);
            });
        }
    });
    serving.into_inner().unwrap()
}

/// Lets the next ticket in, also after a panic.
struct Served<'a>(&'a Mutex<u64>, &'a Condvar);

impl Drop for Served<'_> {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.1.notify_all();
    }
}

pub fn lose_all_but_one(value: &AtomicU64, threads: usize) {
    let (first, mut baton) = mpsc::channel::<()>();
    let storing = Arc::new(RwLock::new(()));
    let closed = storing.write().unwrap();
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            let (pass, next) = mpsc::channel();
            let (own, storing) = (std::mem::replace(&mut baton, next), Arc::clone(&storing));
            scope.spawn(move || {
                own.recv().unwrap();
                let read = value.load(SeqCst);
                pass.send(()).unwrap();
                let _open = storing.read().unwrap();
                value.store(read + 1, SeqCst);
            });
        }
        first.send(()).unwrap();
        baton.recv().unwrap();
        drop(closed);
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
