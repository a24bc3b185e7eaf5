//! Mistake: a permit that comes back counts twice, so that more and more threads get in. With few
//! threads it does not show, because all of them are inside or asleep by then.
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
    let free = Mutex::new(2);
    let left = Condvar::new();
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let (free, left) = (&free, &left);
            scope.spawn(move || {
                *left.wait_while(free.lock().unwrap(), |free| *free == 0).unwrap() -= 1;
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                *free.lock().unwrap() += 2;
                left.notify_one();
            });
        }
    });
}
