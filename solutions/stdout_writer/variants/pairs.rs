//! Variant: two threads at a time are spawned and joined, pair by pair.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let turn = Mutex::new(());
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let turn = &turn;
            scope.spawn(move || {
                let _guard = turn.lock().unwrap();
                write_line(index + 1, *pause);
            });
        }
    });
}

pub fn two_at_a_time(pauses: &[Duration]) {
    for (pair_index, pair) in pauses.chunks(2).enumerate() {
        thread::scope(|scope| {
            for (index, pause) in pair.iter().enumerate() {
                scope.spawn(move || write_line(2 * pair_index + index + 1, *pause));
            }
        });
    }
}

fn write_line(number: usize, pause: Duration) {
    print!("Thread-{number} writing..");
    thread::sleep(pause);
    println!("..done");
}
