//! Variant: a bounded channel as the semaphore: to send is to take a place, to receive is to give
//! it back.

use std::sync::Mutex;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    at_most(1, pauses);
}

pub fn two_at_a_time(pauses: &[Duration]) {
    at_most(2, pauses);
}

fn at_most(places: usize, pauses: &[Duration]) {
    let (enter, leave) = sync_channel(places);
    let leave = Mutex::new(leave);
    thread::scope(|scope| {
        for (number, &pause) in (1..).zip(pauses) {
            let (enter, leave) = (enter.clone(), &leave);
            scope.spawn(move || {
                enter.send(()).unwrap();
                print!("Thread-{number} writing..");
                thread::sleep(pause);
                println!("..done");
                leave.lock().unwrap().recv().unwrap();
            });
        }
    });
}
