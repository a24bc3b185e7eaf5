//! Variant: `thread::Builder` gives each thread its name, and the line is written with
//! `thread::current().name()`.

use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, Builder};
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let lock = Mutex::new(());
    thread::scope(|scope| {
        for (number, &pause) in (1..).zip(pauses) {
            let lock = &lock;
            let write = move || {
                let _guard = lock.lock().unwrap();
                write_line(pause);
            };
            Builder::new()
                .name(format!("Thread-{number}"))
                .spawn_scoped(scope, write)
                .unwrap();
        }
    });
}

pub fn two_at_a_time(pauses: &[Duration]) {
    let places = Arc::new((Mutex::new(0), Condvar::new()));
    let mut handles = Vec::new();
    for (number, &pause) in (1..).zip(pauses) {
        let places = Arc::clone(&places);
        let write = move || {
            let (taken, freed) = &*places;
            *freed.wait_while(taken.lock().unwrap(), |taken| *taken >= 2).unwrap() += 1;
            write_line(pause);
            *taken.lock().unwrap() -= 1;
            freed.notify_one();
        };
        handles.push(Builder::new().name(format!("Thread-{number}")).spawn(write).unwrap());
    }
    for handle in handles {
        handle.join().unwrap();
    }
}

fn write_line(pause: Duration) {
    print!("{} writing..", thread::current().name().unwrap());
    thread::sleep(pause);
    println!("..done");
}
