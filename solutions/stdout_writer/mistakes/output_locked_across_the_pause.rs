//! Mistake: besides its permit a thread keeps standard output locked across its pause, so that the
//! second permit is of no use.
//!
//! Fails: `two_at_a_time_opens_two_at_once` with `over_serialized`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `over_serialized`.

use std::io::{self, Write};
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
                let _permit = semaphore.acquire();
                let mut out = io::stdout().lock();
                write!(out, "Thread-{} writing..", index + 1).unwrap();
                thread::sleep(*pause);
                writeln!(out, "..done").unwrap();
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
