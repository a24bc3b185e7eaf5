//! A counting semaphore, built on `std`, and a function that uses it to run jobs.
//!
//! A semaphore holds a number of permits. A thread that wants to go on takes one, or sleeps until
//! one is given back. The README beside this crate states the task and its rules.

// What you will probably want from the standard library:
//
//   std::sync::{Mutex, Condvar}     a count behind a lock, and a place to sleep until it changes
//   Condvar::wait, wait_while       release the lock while asleep, take it again afterwards
//   Condvar::wait_timeout_while     the same, until a timeout has passed
//   Condvar::notify_one             wake one sleeper
//   std::thread::scope              threads that may borrow, and that have ended when it returns
//   ScopedJoinHandle::join          a thread's value, or the panic that ended it
//   std::panic::resume_unwind       go on with a panic that was caught

use std::time::Duration;

/// A number of permits that threads share.
///
/// There are never more [`Permit`]s at one time than the number given to [`Semaphore::new`].
pub struct Semaphore {
    // The fields are yours to choose.
}

impl Semaphore {
    /// Makes a semaphore with `permits` permits, all of them free.
    ///
    /// With 0 permits no thread ever gets one: `acquire` then waits for ever.
    pub fn new(permits: usize) -> Self {
        todo!("make a semaphore with {permits} permits")
    }

    /// Takes a permit, and sleeps until there is a free one.
    pub fn acquire(&self) -> Permit<'_> {
        todo!("wait until a permit is free, then take it")
    }

    /// Takes a permit if one is free at this moment, and never waits for one.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        todo!("take a permit, or say at once that there is none")
    }

    /// Takes a permit, and sleeps until there is a free one, but no longer than `timeout`.
    ///
    /// A timeout of zero makes it [`Semaphore::try_acquire`]; `Duration::MAX` is practically for ever.
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        todo!("wait at most {timeout:?} for a permit")
    }

    /// The number of permits that are free at this moment.
    ///
    /// Another thread may take one before you use the answer, so display it, but do not decide by
    /// it.
    pub fn available(&self) -> usize {
        todo!("count the free permits")
    }
}

/// A permit of a semaphore. Dropping it gives it back.
#[must_use = "a permit that is not kept is given back at once"]
pub struct Permit<'a> {
    // A permit borrows the semaphore that it came from, so it cannot outlive it. Keep this field
    // or choose others; the lifetime has to be used somewhere.
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    /// Gives the permit back and wakes a thread that waits for it.
    ///
    /// This also runs when the holder panics.
    fn drop(&mut self) {
        todo!("give the permit back to the semaphore at {:p}", self.semaphore)
    }
}

/// Runs all `jobs`, at most `limit` at the same time, and returns their results in the order of the
/// jobs. A limit of 0 means 1.
///
/// # Panics
///
/// When a job panics: the other jobs still run to their end, and then the caller panics.
pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    todo!("run {} jobs, at most {limit} at a time", jobs.len())
}
