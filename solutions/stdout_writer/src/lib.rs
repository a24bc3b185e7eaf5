//! Threads that take turns at standard output: one at a time, then two at a time.
//!
//! Both functions start one thread for each pause inside `thread::scope`. The scope joins them all before
//! it returns, which is why the threads may borrow the lock and the pauses, and why no line can
//! come after the function has returned.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Starts one thread for each pause and lets them write one at a time.
pub fn one_at_a_time(pauses: &[Duration]) {
    // One lock for all threads, made anew in each call. It guards the right to write and no data,
    // so there is nothing inside. Python's `with lock:` is a block; here the guard is a value, and
    // the lock is held for as long as that value lives. The name `_turn` keeps it to the end of
    // the closure; `_` alone would drop it at once.
    let turn = Mutex::new(());
    thread::scope(|scope| {
        for (index, &pause) in pauses.iter().enumerate() {
            let turn = &turn;
            scope.spawn(move || {
                let _turn = lock(turn);
                write_line(index + 1, pause);
            });
        }
    });
}

/// Starts one thread for each pause and lets at most two be between their two writes at once.
pub fn two_at_a_time(pauses: &[Duration]) {
    let semaphore = Semaphore::new(2);
    thread::scope(|scope| {
        for (index, &pause) in pauses.iter().enumerate() {
            let semaphore = &semaphore;
            scope.spawn(move || {
                let _permit = semaphore.acquire();
                write_line(index + 1, pause);
            });
        }
    });
}

/// Writes both parts of a line with the pause between them. The caller decides which thread may do so.
fn write_line(number: usize, pause: Duration) {
    // `print!` locks standard output for the length of the call: a part comes out whole even when
    // nothing else is locked. But two calls lock twice, and another thread may write in between.
    print!("Thread-{number} writing..");
    // Standard output is line-buffered: without the flush, the first part would appear together
    // with the second. If the flush fails, the next `print!` panics and says so.
    let _ = io::stdout().flush();
    thread::sleep(pause);
    println!("..done");
}

/// A counting semaphore.
struct Semaphore {
    /// Permits that no thread holds; never more than at the start.
    free: Mutex<usize>,
    /// Notified once for each permit that comes back.
    returned: Condvar,
}

impl Semaphore {
    fn new(permits: usize) -> Self {
        Semaphore {
            free: Mutex::new(permits),
            returned: Condvar::new(),
        }
    }

    /// Waits for a permit and takes it.
    fn acquire(&self) -> Permit<'_> {
        let mut free = lock(&self.free);
        // `while`, not `if`: between the notification and the moment this thread has the mutex
        // again, another one may have taken the permit. A wake-up can be spurious, too.
        while *free == 0 {
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        // The mutex is released here, at the end of this function. The permit is not the guard: a
        // thread that kept the guard would keep all others from even counting.
        Permit { semaphore: self }
    }
}

/// A permit; dropping it gives it back.
#[must_use = "a permit that is dropped at once permits nothing"]
struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // First the count, then the notification: a thread that wakes up must find the permit.
        *lock(&self.semaphore.free) += 1;
        self.semaphore.returned.notify_one();
    }
}

/// Locks `mutex` even if a thread panicked while it held it.
///
/// Poisoning warns that data may be half changed. That cannot happen to `()`, nor to a count that
/// is changed in one step, and a panic of one thread must not take the other lines with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
