//! Mistake: an `AtomicBool` serves as the lock, and a thread that does not get it busy-waits while
//! another one pauses.
//!
//! Fails: `one_at_a_time_writes_every_line` with `busy_wait`.
//! Fails: `one_at_a_time_keeps_lines_whole` with `busy_wait`.
//! Fails: `one_at_a_time_pauses_inside_the_line` with `busy_wait`.
//! Fails: `every_call_starts_anew` with `busy_wait`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let busy = AtomicBool::new(false);
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let busy = &busy;
            scope.spawn(move || {
                while busy.swap(true, Ordering::Acquire) {
                    std::hint::spin_loop();
                }
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                busy.store(false, Ordering::Release);
            });
        }
    });
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
