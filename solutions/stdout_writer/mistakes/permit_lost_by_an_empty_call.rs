//! Mistake: the semaphore is a static, and the caller holds a permit of it while it spawns; when there
//! is nothing to spawn it returns early and keeps the permit.
//!
//! Fails: `every_call_starts_anew` with `wrong_result`.

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

static FREE: Mutex<usize> = Mutex::new(2);
static RETURNED: Condvar = Condvar::new();

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
    acquire();
    if pauses.is_empty() {
        return;
    }
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            scope.spawn(move || {
                acquire();
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                release();
            });
        }
        release();
    });
}

fn acquire() {
    *RETURNED.wait_while(FREE.lock().unwrap(), |free| *free == 0).unwrap() -= 1;
}

fn release() {
    *FREE.lock().unwrap() += 1;
    RETURNED.notify_one();
}
