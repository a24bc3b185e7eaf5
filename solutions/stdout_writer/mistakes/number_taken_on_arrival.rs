//! Mistake: a thread takes its number from a counter when its turn comes instead of being given
//! one; the numbers then always ascend and belong to another thread's pause.
//!
//! Fails: `one_at_a_time_pauses_inside_the_line` with `wrong_result`.
//! Fails: `threads_go_in_any_order` with `over_serialized`.

use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let counter = Mutex::new(0);
    thread::scope(|scope| {
        for &pause in pauses {
            let counter = &counter;
            scope.spawn(move || {
                let mut number = counter.lock().unwrap();
                *number += 1;
                print!("Thread-{number} writing..");
                thread::sleep(pause);
                println!("..done");
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
