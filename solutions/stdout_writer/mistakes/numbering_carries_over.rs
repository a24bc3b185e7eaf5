//! Mistake: the numbers come from a static counter, as in Python, where `threading` itself counts;
//! the second call goes on where the first stopped.
//!
//! Fails: `every_call_starts_anew` with `wrong_output`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

static STARTED: AtomicUsize = AtomicUsize::new(0);

pub fn one_at_a_time(pauses: &[Duration]) {
    let lock = Mutex::new(());
    thread::scope(|scope| {
        for pause in pauses {
            let lock = &lock;
            let number = STARTED.fetch_add(1, Ordering::Relaxed) + 1;
            scope.spawn(move || {
                let _guard = lock.lock().unwrap();
                print!("Thread-{number} writing..");
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
