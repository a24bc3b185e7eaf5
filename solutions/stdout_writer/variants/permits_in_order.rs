//! Variant: permits go out in the order of the numbers, as tickets; the first two begin in either order.

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
    let served = Mutex::new(2);
    let next = Condvar::new();
    thread::scope(|scope| {
        for (ticket, pause) in pauses.iter().enumerate() {
            let (served, next) = (&served, &next);
            scope.spawn(move || {
                drop(
                    next.wait_while(served.lock().unwrap(), |served| ticket >= *served)
                        .unwrap(),
                );
                print!("Thread-{} writing..", ticket + 1);
                thread::sleep(*pause);
                println!("..done");
                *served.lock().unwrap() += 1;
                next.notify_all();
            });
        }
    });
}
