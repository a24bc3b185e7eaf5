//! Mistake: the threads send their parts to one thread that prints them all, so that no lock is
//! needed; the lines are right, but none is written by its own thread.
//!
//! Fails: `one_at_a_time_writes_every_line` with `not_concurrent`.
//! Fails: `one_at_a_time_keeps_lines_whole` with `not_concurrent`.
//! Fails: `one_at_a_time_pauses_inside_the_line` with `not_concurrent`.
//! Fails: `threads_go_in_any_order` with `not_concurrent`.
//! Fails: `every_call_starts_anew` with `not_concurrent`.

use std::sync::mpsc;
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let (sender, receiver) = mpsc::channel::<String>();
    let lock = Mutex::new(());
    thread::scope(|scope| {
        scope.spawn(move || {
            for part in receiver {
                print!("{part}");
            }
        });
        for (index, pause) in pauses.iter().enumerate() {
            let (sender, lock) = (sender.clone(), &lock);
            scope.spawn(move || {
                let _guard = lock.lock().unwrap();
                sender.send(format!("Thread-{} writing..", index + 1)).unwrap();
                thread::sleep(*pause);
                sender.send("..done\n".to_owned()).unwrap();
            });
        }
        drop(sender);
    });
}

pub fn two_at_a_time(pauses: &[Duration]) {
    let inside = Mutex::new(0);
    let left = Condvar::new();
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let (inside, left) = (&inside, &left);
            scope.spawn(move || {
                *left.wait_while(inside.lock().unwrap(), |inside| *inside >= 2).unwrap() += 1;
                print!("Thread-{} writing..", index + 1);
                thread::sleep(*pause);
                println!("..done");
                *inside.lock().unwrap() -= 1;
                left.notify_one();
            });
        }
    });
}
