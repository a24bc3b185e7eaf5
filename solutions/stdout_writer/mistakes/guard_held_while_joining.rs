//! Mistake: the caller takes the lock to start all threads at the same moment and still holds it
//! when it joins them.
//!
//! Fails: `one_at_a_time_writes_every_line` with `deadlock`.
//! Fails: `one_at_a_time_keeps_lines_whole` with `deadlock`.
//! Fails: `one_at_a_time_pauses_inside_the_line` with `deadlock`.
//! Fails: `threads_go_in_any_order` with `deadlock`.
//! Fails: `every_call_starts_anew` with `deadlock`.
//! Fails: `program_prints_both_ways` with `deadlock`.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let lock = Arc::new(Mutex::new(()));
    let _start = lock.lock().unwrap();
    let mut handles = Vec::new();
    for (index, &pause) in pauses.iter().enumerate() {
        let lock = Arc::clone(&lock);
        handles.push(thread::spawn(move || {
            let _guard = lock.lock().unwrap();
            print!("Thread-{} writing..", index + 1);
            thread::sleep(pause);
            println!("..done");
        }));
    }
    for handle in handles {
        handle.join().unwrap();
    }
}

pub fn two_at_a_time(pauses: &[Duration]) {
    let (give_back, tokens) = mpsc::channel();
    give_back.send(()).unwrap();
    give_back.send(()).unwrap();
    let tokens = Mutex::new(tokens);
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let (give_back, tokens) = (give_back.clone(), &tokens);
            scope.spawn(move || {
                tokens.lock().unwrap().recv().unwrap();
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                give_back.send(()).unwrap();
            });
        }
    });
}
