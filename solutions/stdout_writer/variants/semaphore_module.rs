//! Variant: a semaphore in a module of its own, with one permit for the first function and two for
//! the second.

use std::thread;
use std::time::Duration;

use semaphore::Semaphore;

pub fn one_at_a_time(pauses: &[Duration]) {
    write_lines(&Semaphore::new(1), pauses);
}

pub fn two_at_a_time(pauses: &[Duration]) {
    write_lines(&Semaphore::new(2), pauses);
}

fn write_lines(semaphore: &Semaphore, pauses: &[Duration]) {
    thread::scope(|scope| {
        for (number, pause) in (1..).zip(pauses) {
            scope.spawn(move || {
                semaphore.with_permit(|| {
                    print!("Thread-{number} writing..");
                    thread::sleep(*pause);
                    println!("..done");
                });
            });
        }
    });
}

mod semaphore {
    use std::sync::{Condvar, Mutex};

    pub struct Semaphore {
        free: Mutex<usize>,
        returned: Condvar,
    }

    impl Semaphore {
        pub fn new(permits: usize) -> Self {
            Self {
                free: Mutex::new(permits),
                returned: Condvar::new(),
            }
        }

        pub fn with_permit<T>(&self, job: impl FnOnce() -> T) -> T {
            let mut free = self.free.lock().unwrap();
            while *free == 0 {
                free = self.returned.wait(free).unwrap();
            }
            *free -= 1;
            drop(free);
            let value = job();
            *self.free.lock().unwrap() += 1;
            self.returned.notify_one();
            value
        }
    }
}
