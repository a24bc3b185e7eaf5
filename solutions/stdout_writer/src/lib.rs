//! Threads that take turns at standard output: one at a time, then two at a time.
//!
//! Both functions start one thread a pause inside `thread::scope`. The scope joins them all before
//! it returns, which is why the threads may borrow the lock and the pauses, and why no line can
//! come after the function has returned.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Starts one thread for each pause and lets them write one at a time.
pub fn one_at_a_time(pauses: &[Duration]) {
    // One lock for all threads, made anew in each call. It protects no data but the right to
    // write, so there is nothing inside. Python's `with lock:` is a block; here the guard is a
    // value, and the lock is held for as long as that value lives. The name `_turn` keeps it to
    // the end of the closure, where `_` alone would drop it on the spot.
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

/// Writes both parts of a line with the pause between them. Who may do so when is up to the caller.
fn write_line(number: usize, pause: Duration) {
    // `print!` locks standard output for the length of the call: a part comes out whole even when
    // nothing else is locked. Two calls, however, are two locks, and anything may come in between.
    print!("Thread-{number} writing..");
    // Standard output passes on whole lines; without this the first part would be seen with the
    // second. A flush that fails is left to the next `print!`, which panics and says so.
    let _ = io::stdout().flush();
    thread::sleep(pause);
    println!("..done");
}

/// A counter of permits that can be waited for.
struct Semaphore {
    /// Permits that nobody holds; at most as many as there were at the start.
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
        // again, another one may have taken the permit, and a condition variable may wake a
        // thread for no reason at all.
        while *free == 0 {
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        // The mutex is released here, at the end of this function. The permit is not the guard:
        // whoever kept the guard would keep everybody else from even counting.
        Permit { semaphore: self }
    }
}

/// The right to be one of the two; dropping it passes the right on.
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
/// A poisoned mutex warns of data left half changed. Neither `()` nor a count that is changed in
/// one step can be left so, and one thread's panic must not take the other lines with it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
