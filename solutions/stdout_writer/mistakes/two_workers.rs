//! Mistake: two threads share all the lines; never more than two lines are open, but the task asks
//! for one thread for each pause.
//!
//! Fails: `two_at_a_time_writes_every_line` with `not_concurrent`.
//! Fails: `two_at_a_time_never_opens_three` with `not_concurrent`.
//! Fails: `two_at_a_time_pauses_inside_the_line` with `not_concurrent`.
//! Fails: `every_call_starts_anew` with `not_concurrent`.
//! Fails: `two_at_a_time_opens_two_at_once` with `not_concurrent`.
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
    let jobs = Mutex::new(pauses.iter().enumerate());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let job = jobs.lock().unwrap().next();
                    let Some((index, pause)) = job else { break };
                    print!("Thread-{} writing..", index + 1);
                    thread::sleep(*pause);
                    println!("..done");
                }
            });
        }
    });
}
