//! Variant: two mutexes are the two lanes, and each thread keeps to one of them; the order within a
//! lane is free.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    in_lanes(&[Mutex::new(())], pauses);
}

pub fn two_at_a_time(pauses: &[Duration]) {
    in_lanes(&[Mutex::new(()), Mutex::new(())], pauses);
}

fn in_lanes(lanes: &[Mutex<()>], pauses: &[Duration]) {
    thread::scope(|scope| {
        for (index, &pause) in pauses.iter().enumerate() {
            scope.spawn(move || {
                let _lane = lanes[index % lanes.len()].lock().unwrap();
                print!("Thread-{} writing..", index + 1);
                thread::sleep(pause);
                println!("..done");
            });
        }
    });
}
