//! Mistake: the pause is slept in steps of a tenth of a second; a shorter one divides by zero
//! inside the lock, the lock is poisoned, and `unwrap` kills the lines that were still to come. What
//! the division rounds off is lost as well.
//!
//! Fails: `one_at_a_time_writes_every_line` with `wrong_output`.
//! Fails: `one_at_a_time_keeps_lines_whole` with `wrong_output`.
//! Fails: `one_at_a_time_pauses_inside_the_line` with `wrong_result`.
//! Fails: `threads_go_in_any_order` with `wrong_output`.
//! Fails: `program_prints_both_ways` with `wrong_output`.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let lock = Arc::new(Mutex::new(()));
    let mut handles = Vec::new();
    for (index, &pause) in pauses.iter().enumerate() {
        let lock = Arc::clone(&lock);
        handles.push(thread::spawn(move || {
            let _guard = lock.lock().unwrap();
            print!("Thread-{} writing..", index + 1);
            sleep_in_steps(pause);
            println!("..done");
        }));
    }
    for handle in handles {
        let _ = handle.join();
    }
}

fn sleep_in_steps(pause: Duration) {
    let n_steps = (pause.as_millis() / 100) as u32;
    let step = pause / n_steps;
    for _ in 0..n_steps {
        thread::sleep(step);
    }
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
