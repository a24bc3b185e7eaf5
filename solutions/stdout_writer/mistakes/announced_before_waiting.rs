//! Mistake: the first part is written before the lock or the permit is asked for, as if it meant
//! "would like to write".
//!
//! Fails: `one_at_a_time_keeps_lines_whole` with `race`.
//! Fails: `one_at_a_time_pauses_inside_the_line` with `wrong_result`.
//! Fails: `two_at_a_time_never_opens_three` with `limit_exceeded`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `wrong_result`.

use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let lock = Mutex::new(());
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let lock = &lock;
            scope.spawn(move || {
                print!("Thread-{} writing..", index + 1);
                let _guard = lock.lock().unwrap();
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
                print!("Thread-{} writing..", index + 1);
                tokens.lock().unwrap().recv().unwrap();
                thread::sleep(*pause);
                println!("..done");
                give_back.send(()).unwrap();
            });
        }
    });
}
