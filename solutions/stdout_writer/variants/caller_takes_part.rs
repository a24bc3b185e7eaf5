//! Variant: the calling thread is one of those that write: it takes the first pause itself.

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    at_a_time(1, pauses);
}

pub fn two_at_a_time(pauses: &[Duration]) {
    at_a_time(2, pauses);
}

fn at_a_time(limit: usize, pauses: &[Duration]) {
    let Some((first, others)) = pauses.split_first() else {
        return;
    };
    let inside = Mutex::new(0);
    let left = Condvar::new();
    let write_line = |number: usize, pause: Duration| {
        *left
            .wait_while(inside.lock().unwrap(), |inside| *inside >= limit)
            .unwrap() += 1;
        print!("Thread-{number} writing..");
        thread::sleep(pause);
        println!("..done");
        *inside.lock().unwrap() -= 1;
        left.notify_one();
    };
    thread::scope(|scope| {
        for (number, &pause) in (2..).zip(others) {
            let write_line = &write_line;
            scope.spawn(move || write_line(number, pause));
        }
        write_line(1, *first);
    });
}
