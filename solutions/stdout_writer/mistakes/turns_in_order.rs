//! Mistake: the threads take turns by number, which keeps the lines whole; but a thread that is
//! ready has to wait for all those before it.
//!
//! Fails: `threads_go_in_any_order` with `over_serialized`.

use std::sync::{Condvar, Mutex, mpsc};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let next = Mutex::new(0);
    let changed = Condvar::new();
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let (next, changed) = (&next, &changed);
            scope.spawn(move || {
                let turn = next.lock().unwrap();
                let mut turn = changed.wait_while(turn, |turn| *turn != index).unwrap();
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                *turn += 1;
                changed.notify_all();
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
