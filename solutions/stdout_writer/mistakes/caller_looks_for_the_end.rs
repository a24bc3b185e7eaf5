//! Mistake: the caller checks ten times a second whether all threads have ended. The scope would
//! join them, and sleep until then.
//!
//! Fails: `two_at_a_time_pauses_inside_the_line` with `over_serialized`.

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
        let mut threads = Vec::new();
        for (index, pause) in pauses.iter().enumerate() {
            let (inside, left) = (&inside, &left);
            threads.push(scope.spawn(move || {
                *left.wait_while(inside.lock().unwrap(), |inside| *inside == 2).unwrap() += 1;
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                *inside.lock().unwrap() -= 1;
                left.notify_one();
            }));
        }
        while !threads.iter().all(|thread| thread.is_finished()) {
            thread::sleep(Duration::from_millis(100));
        }
    });
}
