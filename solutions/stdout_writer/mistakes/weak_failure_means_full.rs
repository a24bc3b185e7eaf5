//! Mistake: a `compare_exchange_weak` that fails is taken to mean that no permit is free; it may fail
//! spuriously, and the thread then waits for a notification that never comes.
//!
//! Fails: `two_at_a_time_writes_every_line` with `deadlock`.
//! Fails: `two_at_a_time_never_opens_three` with `deadlock`.
//! Fails: `two_at_a_time_opens_two_at_once` with `deadlock`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `over_serialized`.
//! Fails: `threads_go_in_any_order` with `deadlock`.
//! Fails: `every_call_starts_anew` with `deadlock`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let lock = Mutex::new(());
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let lock = &lock;
            scope.spawn(move || {
                let _guard = lock.lock().unwrap();
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
            });
        }
    });
}

pub fn two_at_a_time(pauses: &[Duration]) {
    let semaphore = Semaphore {
        free: AtomicUsize::new(2),
        lock: Mutex::new(()),
        returned: Condvar::new(),
    };
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let semaphore = &semaphore;
            scope.spawn(move || {
                semaphore.acquire();
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                semaphore.release();
            });
        }
    });
}

struct Semaphore {
    free: AtomicUsize,
    lock: Mutex<()>,
    returned: Condvar,
}

impl Semaphore {
    fn acquire(&self) {
        let mut guard = self.lock.lock().unwrap();
        while !self.try_acquire() {
            guard = self.returned.wait(guard).unwrap();
        }
    }

    fn try_acquire(&self) -> bool {
        let free = self.free.load(Ordering::SeqCst);
        let (success, failure) = (Ordering::SeqCst, Ordering::SeqCst);
        free > 0
            && self
                .free
                .compare_exchange_weak(free, free - 1, success, failure)
                .is_ok()
    }

    fn release(&self) {
        let _guard = self.lock.lock().unwrap();
        self.free.fetch_add(1, Ordering::SeqCst);
        self.returned.notify_one();
    }
}
