//! Mistake: the mutex is made where it is used, inside the thread; every thread locks a mutex of
//! its own and never waits.
//!
//! Fails: `one_at_a_time_keeps_lines_whole` with `race`.
//! Fails: `one_at_a_time_pauses_inside_the_line` with `race`.

use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            scope.spawn(move || {
                let lock = Mutex::new(());
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
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                give_back.send(()).unwrap();
            });
        }
    });
}
