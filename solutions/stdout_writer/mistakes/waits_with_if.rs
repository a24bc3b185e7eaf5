//! Mistake: the semaphore checks with `if` whether it has to wait, and takes every wake-up for a
//! permit; a wake-up may be spurious.
//!
//! Fails: `two_at_a_time_never_opens_three` with `limit_exceeded`.

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
    let inside = Mutex::new(0);
    let left = Condvar::new();
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let (inside, left) = (&inside, &left);
            scope.spawn(move || {
                let mut count = inside.lock().unwrap();
                if *count == 2 {
                    count = left.wait(count).unwrap();
                }
                *count += 1;
                drop(count);
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                *inside.lock().unwrap() -= 1;
                left.notify_one();
            });
        }
    });
}
