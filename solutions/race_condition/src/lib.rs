//! The lost update: threads that count without losing anything, and threads that lose all but one.
//!
//! To add 1 is to read, to add, and to write. An addition is lost when another thread writes between
//! the read and the write. The first function makes the three steps one, with a lock. The second one
//! pulls them apart. The third uses an operation that is one step from the beginning.

use std::panic;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;

/// Lets `threads` threads add 1 to a number that begins as `start`, and returns what it is then.
///
/// # Panics
///
/// If `between` panics, once all threads have ended.
pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let number = Mutex::new(start);
    in_threads(threads, || {
        // The guard lives from the read to the write. Two locks, one for each, would be no better than
        // none: what this thread has read would be out of date when it writes. `*guard` copies the
        // number out, but it is the guard that keeps the others away, not the copy.
        let mut guard = number.lock().unwrap_or_else(PoisonError::into_inner);
        let read = *guard;
        between(read);
        *guard = read + 1;
    });
    // All threads have ended, so nobody else has the lock, and it can be taken apart.
    number.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Lets `threads` threads add 1 to `value`, of which all but one are lost.
pub fn lose_all_but_one(value: &AtomicU64, threads: usize) {
    // With a sleep in place of the barrier it would work nearly always, which is the trouble with
    // races: a thread may come later than any pause. The barrier opens when the last thread has
    // loaded, and not before.
    let all_have_loaded = Barrier::new(threads.max(1));
    in_threads(threads, || {
        let read = value.load(Ordering::SeqCst);
        all_have_loaded.wait();
        value.store(read + 1, Ordering::SeqCst);
    });
}

/// Lets `threads` threads count `rounds` rounds each, and returns the sum.
pub fn count_without_locks(threads: usize, rounds: usize) -> u64 {
    let count = AtomicU64::new(0);
    in_threads(threads, || {
        for _ in 0..rounds {
            // Reads, adds and writes in one step, so no other thread can come in between. `Relaxed` is
            // enough for a count that nobody looks at before the threads have been joined.
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    count.into_inner()
}

/// Runs `work` in each of `threads` threads at the same time, at least one, and waits until all have
/// ended.
fn in_threads(threads: usize, work: impl Fn() + Sync) {
    let work = &work;
    // The scope would join the threads as well. But where one has panicked, it panics with a text of its
    // own, and here the panic of the workload goes on to the caller as it is.
    let ends: Vec<thread::Result<()>> = thread::scope(|scope| {
        let handles: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        handles.into_iter().map(|handle| handle.join()).collect()
    });
    for end in ends {
        end.unwrap_or_else(|payload| panic::resume_unwind(payload));
    }
}
