//! Mistake: `acquire` waits for a permit and then returns the guard of the mutex around the count;
//! only one thread at a time can hold that guard.
//!
//! Fails: `two_at_a_time_opens_two_at_once` with `over_serialized`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `over_serialized`.

use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
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
                let _permit = acquire(tokens);
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                give_back.send(()).unwrap();
            });
        }
    });
}

fn acquire(tokens: &Mutex<mpsc::Receiver<()>>) -> MutexGuard<'_, mpsc::Receiver<()>> {
    let tokens = tokens.lock().unwrap_or_else(PoisonError::into_inner);
    tokens.recv().unwrap();
    tokens
}
