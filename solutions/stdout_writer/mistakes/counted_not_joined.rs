//! Mistake: the caller waits until a count says that all lines are done, not until the threads have
//! ended; the last thread still has to unlock the count, and the caller may return before that.
//!
//! Fails: `two_at_a_time_writes_every_line` with `thread_leak`.
//! Fails: `two_at_a_time_never_opens_three` with `thread_leak`.
//! Fails: `two_at_a_time_opens_two_at_once` with `thread_leak`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `thread_leak`.
//! Fails: `threads_go_in_any_order` with `thread_leak`.
//! Fails: `every_call_starts_anew` with `thread_leak`.

use std::sync::{Arc, Condvar, Mutex};
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

#[derive(Default)]
struct Count {
    inside: usize,
    done: usize,
}

pub fn two_at_a_time(pauses: &[Duration]) {
    let shared = Arc::new((Mutex::new(Count::default()), Condvar::new()));
    for (index, &pause) in pauses.iter().enumerate() {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            let (count, changed) = &*shared;
            let free = count.lock().unwrap();
            changed.wait_while(free, |count| count.inside >= 2).unwrap().inside += 1;
            print!("Thread-{} writing..", index + 1);
            thread::sleep(pause);
            println!("..done");
            let mut count = count.lock().unwrap();
            count.inside -= 1;
            count.done += 1;
            changed.notify_all();
        });
    }
    let (count, changed) = &*shared;
    let all = count.lock().unwrap();
    drop(changed.wait_while(all, |count| count.done < pauses.len()).unwrap());
}
