//! Mistake: the second part is written without its newline; on the screen the prompt hides it.
//!
//! Fails: `one_at_a_time_writes_every_line` with `wrong_output`.
//! Fails: `one_at_a_time_pauses_inside_the_line` with `wrong_output`.
//! Fails: `two_at_a_time_writes_every_line` with `wrong_output`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `wrong_output`.
//! Fails: `threads_go_in_any_order` with `wrong_output`.
//! Fails: `every_call_starts_anew` with `wrong_output`.
//! Fails: `program_prints_both_ways` with `wrong_output`.

use std::sync::{Mutex, mpsc};
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
                print!("..done");
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
                print!("..done");
                give_back.send(()).unwrap();
            });
        }
    });
}
