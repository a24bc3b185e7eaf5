//! Mistake: the permit is bound to `_`, which binds nothing: it is dropped, and so given back, in
//! the line that got it.
//!
//! Fails: `two_at_a_time_never_opens_three` with `limit_exceeded`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `limit_exceeded`.

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
        permits: Mutex::new(2),
        returned: Condvar::new(),
    };
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let semaphore = &semaphore;
            scope.spawn(move || {
                let _ = semaphore.acquire();
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
