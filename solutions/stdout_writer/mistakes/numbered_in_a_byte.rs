//! Mistake: the threads are numbered in a byte. After Thread-255 the number overflows.
//!
//! Fails: `one_at_a_time_writes_every_line` with `panic`.
//! Fails: `two_at_a_time_writes_every_line` with `panic`.

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let lock = Mutex::new(());
    thread::scope(|scope| {
        for (number, pause) in (1_u8..).zip(pauses) {
            let lock = &lock;
            scope.spawn(move || {
                let _guard = lock.lock().unwrap();
                print!("Thread-{number} writing..");
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
        for (number, pause) in (1_u8..).zip(pauses) {
            let (inside, left) = (&inside, &left);
            scope.spawn(move || {
                *left.wait_while(inside.lock().unwrap(), |inside| *inside == 2).unwrap() += 1;
                print!("Thread-{number} writing..");
                thread::sleep(*pause);
                println!("..done");
                *inside.lock().unwrap() -= 1;
                left.notify_one();
            });
        }
    });
}
