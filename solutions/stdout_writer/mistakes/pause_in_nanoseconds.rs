//! Mistake: the pause is turned into nanoseconds in 64 bits, which are not enough for 585 years.
//!
//! Fails: `one_at_a_time_pauses_inside_the_line` with `wrong_result`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `wrong_result`.

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
                thread::sleep(Duration::from_nanos(pause.as_nanos() as u64));
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
                *left.wait_while(inside.lock().unwrap(), |inside| *inside == 2).unwrap() += 1;
                print!("Thread-{} writing..", index + 1);
                thread::sleep(Duration::from_nanos(pause.as_nanos() as u64));
                println!("..done");
                *inside.lock().unwrap() -= 1;
                left.notify_one();
            });
        }
    });
}
