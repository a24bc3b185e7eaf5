//! Variant: a barrier lets all threads go at the same moment; a mutex, and a condition variable
//! with a permit that gives itself back, decide which thread writes.

use std::sync::{Barrier, Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let start = Barrier::new(pauses.len());
    let lock = Mutex::new(());
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let (start, lock) = (&start, &lock);
            scope.spawn(move || {
                start.wait();
                let guard = lock.lock();
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                drop(guard);
            });
        }
    });
}

pub fn two_at_a_time(pauses: &[Duration]) {
    let start = Barrier::new(pauses.len());
    let semaphore = Semaphore {
        permits: Mutex::new(2),
        returned: Condvar::new(),
    };
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let (start, semaphore) = (&start, &semaphore);
            scope.spawn(move || {
                start.wait();
                let _permit = semaphore.acquire();
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
            });
        }
    });
}

struct Semaphore {
    permits: Mutex<usize>,
    returned: Condvar,
}

impl Semaphore {
    fn acquire(&self) -> Permit<'_> {
        let mut permits = self.permits.lock().unwrap();
        while *permits == 0 {
            permits = self.returned.wait(permits).unwrap();
        }
        *permits -= 1;
        Permit(self)
    }
}

struct Permit<'a>(&'a Semaphore);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.permits.lock().unwrap() += 1;
        self.0.returned.notify_one();
    }
}
