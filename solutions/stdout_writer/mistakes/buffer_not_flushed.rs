//! Mistake: the thread writes through a `BufWriter` of its own and does not flush it before the pause;
//! both parts come out together when it is dropped.
//!
//! Fails: `one_at_a_time_pauses_inside_the_line` with `wrong_result`.

use std::io::{self, BufWriter, Write};
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
                let mut out = BufWriter::new(io::stdout());
                write!(out, "Thread-{} writing..", index + 1).unwrap();
                thread::sleep(*pause);
                writeln!(out, "..done").unwrap();
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
                *left.wait_while(inside.lock().unwrap(), |inside| *inside >= 2).unwrap() += 1;
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                *inside.lock().unwrap() -= 1;
                left.notify_one();
            });
        }
    });
}
