//! Variant: a thread draws its number when it starts, and takes the pause that belongs to that number;
//! then all ask for a permit, whatever their number.

use std::sync::atomic::{AtomicUsize, Ordering};
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
    let next = AtomicUsize::new(0);
    let inside = Mutex::new(0);
    let left = Condvar::new();
    thread::scope(|scope| {
        for _ in pauses {
            scope.spawn(|| {
                let index = next.fetch_add(1, Ordering::Relaxed);
                *left
                    .wait_while(inside.lock().unwrap(), |inside| *inside >= limit)
                    .unwrap() += 1;
                print!("Thread-{} writing..", index + 1);
                thread::sleep(pauses[index]);
                println!("..done");
                *inside.lock().unwrap() -= 1;
                left.notify_one();
            });
        }
    });
}
