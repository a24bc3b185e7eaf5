//! Mistake: a thread that waits for one of two permits is woken, but also wakes up ten times a
//! second by itself to check.
//!
//! Fails: `two_at_a_time_pauses_inside_the_line` with `busy_wait`.

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
                while *count == 2 {
                    (count, _) = left.wait_timeout(count, Duration::from_millis(100)).unwrap();
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
