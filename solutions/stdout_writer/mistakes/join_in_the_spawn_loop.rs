//! Mistake: each thread is joined in the loop that spawns it, so that the next one starts after it
//! has ended; the lines are whole because nothing runs at the same time.
//!
//! Fails: `two_at_a_time_opens_two_at_once` with `not_concurrent`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `over_serialized`.
//! Fails: `threads_go_in_any_order` with `not_concurrent`.

use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    for (index, &pause) in pauses.iter().enumerate() {
        let handle = thread::spawn(move || {
            print!("Thread-{} writing..", index + 1);
            thread::sleep(pause);
            println!("..done");
        });
        handle.join().unwrap();
    }
}

pub fn two_at_a_time(pauses: &[Duration]) {
    for (index, &pause) in pauses.iter().enumerate() {
        let handle = thread::spawn(move || {
            print!("Thread-{} writing..", index + 1);
            thread::sleep(pause);
            println!("..done");
        });
        handle.join().unwrap();
    }
}
