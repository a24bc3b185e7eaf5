//! Mistake: the threads are spawned by one `map` and joined by the next; iterators are lazy, so
//! each thread is joined before the next is spawned.
//!
//! Fails: `two_at_a_time_opens_two_at_once` with `not_concurrent`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `over_serialized`.
//! Fails: `threads_go_in_any_order` with `not_concurrent`.

use std::sync::Mutex;
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
    pauses
        .iter()
        .copied()
        .enumerate()
        .map(|(index, pause)| {
            thread::spawn(move || {
                print!("Thread-{} writing..", index + 1);
                thread::sleep(pause);
                println!("..done");
            })
        })
        .map(|handle| handle.join().unwrap())
        .for_each(drop);
}
