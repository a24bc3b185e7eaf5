//! Mistake: the threads are spawned and never joined. Python waits for its threads at exit; in Rust
//! they end with `main`, perhaps in the middle of a line.
//!
//! Fails: `one_at_a_time_writes_every_line` with `thread_leak`.
//! Fails: `one_at_a_time_keeps_lines_whole` with `thread_leak`.
//! Fails: `one_at_a_time_pauses_inside_the_line` with `thread_leak`.
//! Fails: `two_at_a_time_writes_every_line` with `thread_leak`.
//! Fails: `two_at_a_time_never_opens_three` with `thread_leak`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `thread_leak`.
//! Fails: `two_at_a_time_opens_two_at_once` with `thread_leak`.
//! Fails: `threads_go_in_any_order` with `thread_leak`.
//! Fails: `every_call_starts_anew` with `thread_leak`.
//! Fails: `program_prints_both_ways` with `wrong_output`.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    at_a_time(1, pauses);
}

pub fn two_at_a_time(pauses: &[Duration]) {
    at_a_time(2, pauses);
}

fn at_a_time(limit: usize, pauses: &[Duration]) {
    let semaphore = Arc::new((Mutex::new(limit), Condvar::new()));
    for (index, &pause) in pauses.iter().enumerate() {
        let semaphore = Arc::clone(&semaphore);
        thread::spawn(move || {
            let (free, returned) = &*semaphore;
            *returned.wait_while(free.lock().unwrap(), |free| *free == 0).unwrap() -= 1;
            print!("Thread-{} writing..", index + 1);
            thread::sleep(pause);
            println!("..done");
            *free.lock().unwrap() += 1;
            returned.notify_one();
        });
    }
}
