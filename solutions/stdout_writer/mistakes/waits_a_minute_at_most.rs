//! Mistake: a thread that has waited for a minute goes in without a permit: the result of
//! `wait_timeout_while` is ignored, and two pauses can be longer than that.
//!
//! Fails: `two_at_a_time_pauses_inside_the_line` with `limit_exceeded`.

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

const LONG_ENOUGH: Duration = Duration::from_secs(60);

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
                let guard = inside.lock().unwrap();
                let (mut guard, _) = left
                    .wait_timeout_while(guard, LONG_ENOUGH, |inside| *inside >= 2)
                    .unwrap();
                *guard += 1;
                drop(guard);
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                *inside.lock().unwrap() -= 1;
                left.notify_one();
            });
        }
    });
}
