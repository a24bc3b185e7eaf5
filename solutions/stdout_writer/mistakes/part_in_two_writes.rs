//! Mistake: the first part is written by two calls of `print!` with nothing locked around them, and
//! another thread can write inside the part.
//!
//! Fails: `two_at_a_time_writes_every_line` with `race`.

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
                print!("Thread-{}", index + 1);
                print!(" writing..");
                thread::sleep(*pause);
                println!("..done");
                give_back.send(()).unwrap();
            });
        }
    });
}
