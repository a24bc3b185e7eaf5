//! A counting semaphore made of a locked count and a condition variable.
//!
//! It rests on two rules. A thread looks at the count and takes from it under one lock, so two
//! threads never take the same permit. And every permit that comes back wakes one sleeper after it
//! has been counted, so no thread sleeps while a permit is free.

use std::panic;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// A number of permits that threads share.
pub struct Semaphore {
    /// How many permits are free. With `p` permits and `h` holders this is always `p - h`.
    free: Mutex<usize>,
    /// Notified once for each permit that comes back.
    returned: Condvar,
}

impl Semaphore {
    /// Makes a semaphore with `permits` permits, all of them free.
    pub fn new(permits: usize) -> Self {
        Self {
            free: Mutex::new(permits),
            returned: Condvar::new(),
        }
    }

    /// Takes a permit, and sleeps until there is a free one.
    pub fn acquire(&self) -> Permit<'_> {
        // `wait_while` is the loop that a condition variable always needs: a wake-up says that the
        // count may have changed, not that this thread got a permit. Another thread may have been
        // quicker, and the wake-up may be spurious.
        let mut free = self
            .returned
            .wait_while(self.free(), |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Permit { semaphore: self }
    }

    /// Takes a permit if one is free at this moment, and never waits for one.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        // This does take the lock, but no thread holds it for longer than a few instructions:
        // threads that sleep in `wait_while` have released it.
        let mut free = self.free();
        *free = free.checked_sub(1)?;
        Some(Permit { semaphore: self })
    }

    /// Takes a permit, and sleeps until there is a free one, but no longer than `timeout`.
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        // `wait_timeout_while` subtracts the time that has passed before it sleeps again, and looks
        // at the count before it looks at the clock. The second point matters: if a thread that was
        // woken for a permit left without it because its time is up, that permit would stay free
        // while others sleep. For the same reason the second value, whether the time is up, is
        // ignored: the count decides.
        let (mut free, _) = self
            .returned
            .wait_timeout_while(self.free(), timeout, |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        *free = free.checked_sub(1)?;
        Some(Permit { semaphore: self })
    }

    /// The number of permits that are free at this moment.
    pub fn available(&self) -> usize {
        *self.free()
    }

    /// The locked count.
    ///
    /// Nothing here panics while it has the lock, and a count is never half changed, so poisoning
    /// tells us nothing. Nor may this function panic: `drop` runs while a holder unwinds, and a
    /// second panic there would abort the process.
    fn free(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A permit of a semaphore. Dropping it gives it back.
// It keeps a reference and no lock. With a `MutexGuard` in here, only one thread could hold a
// permit, whatever the count says.
#[must_use = "a permit that is not kept is given back at once"]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // First the count, then the notification: the other way round, the woken thread may look
        // before the permit is there, and go back to sleep. The guard is dropped at the end of the
        // first statement, so the woken thread finds the lock free.
        *self.semaphore.free() += 1;
        // One permit, one sleeper. Notify every time, not only when the count was 0: of two
        // permits that come back in a row, the second is for a second sleeper.
        self.semaphore.returned.notify_one();
    }
}

/// Runs all `jobs`, at most `limit` at the same time, and returns their results in the order of the
/// jobs. A limit of 0 means 1.
///
/// # Panics
///
/// When a job panics: the other jobs still run to their end, and then the caller panics.
pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let semaphore = Semaphore::new(limit.max(1));
    let outcomes: Vec<thread::Result<T>> = thread::scope(|scope| {
        let mut threads = Vec::with_capacity(jobs.len());
        for job in jobs {
            // Taking the permit here, before the thread exists, bounds the threads as well as the
            // jobs. The permit moves into the thread and is dropped there, even by a panic.
            let permit = semaphore.acquire();
            threads.push(scope.spawn(move || {
                let _permit = permit;
                job()
            }));
        }
        // Joining in the order of the jobs gives the results in that order, whichever job finishes
        // first. A thread that panicked gives an `Err` here and does not stop the others.
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    // All threads have ended; only now may a panic go on to the caller, with its own message.
    outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(|payload| panic::resume_unwind(payload)))
        .collect()
}
