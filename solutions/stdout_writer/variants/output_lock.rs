//! Variant: standard output's own lock, kept across the pause, one at a time; two tokens in a
//! channel, two at a time.

use std::io::{self, Write};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            scope.spawn(move || {
                let mut out = io::stdout().lock();
                write!(out, "Thread-{} writing..", index + 1).unwrap();
                out.flush().unwrap();
                thread::sleep(*pause);
                writeln!(out, "..done").unwrap();
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
