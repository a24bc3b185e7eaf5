//! Mistake: the caller sleeps as long as all pauses together, and a little longer to be safe, instead
//! of joining; a thread that is late is cut off.
//!
//! Fails: `one_at_a_time_writes_every_line` with `thread_leak`.
//! Fails: `one_at_a_time_pauses_inside_the_line` with `over_serialized`.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let lock = Arc::new(Mutex::new(()));
    for (index, &pause) in pauses.iter().enumerate() {
        let lock = Arc::clone(&lock);
        thread::spawn(move || {
            let _guard = lock.lock().unwrap();
            print!("Thread-{} writing..", index + 1);
            thread::sleep(pause);
            println!("..done");
        });
    }
    thread::sleep(pauses.iter().sum::<Duration>() + Duration::from_millis(100));
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
