//! Variant: `thread::spawn` with handles that are joined, and `Arc` for what the threads share; the
//! semaphore is a bare count with a condition variable.

use std::sync::{Arc, Condvar, Mutex};
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
            thread::sleep(pause);
            println!("..done");
        }));
    }
    for handle in handles {
        handle.join().unwrap();
    }
}

pub fn two_at_a_time(pauses: &[Duration]) {
    let semaphore = Arc::new((Mutex::new(2), Condvar::new()));
    let mut handles = Vec::new();
    for (index, &pause) in pauses.iter().enumerate() {
        let semaphore = Arc::clone(&semaphore);
        handles.push(thread::spawn(move || {
            let (free, returned) = &*semaphore;
            *returned.wait_while(free.lock().unwrap(), |free| *free == 0).unwrap() -= 1;
            print!("Thread-{} writing..", index + 1);
            thread::sleep(pause);
            println!("..done");
            *free.lock().unwrap() += 1;
            returned.notify_one();
        }));
    }
    for handle in handles {
        handle.join().unwrap();
    }
}
