//! Mistake: a lock around the whole of `run_limited` lets one call in at a time, so a job that runs jobs of its own waits for ever.
//!
//! Fails: `run_limited_keeps_its_limit` with `deadlock`.

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
        // `wait_while` is the loop that a condition variable always needs: being woken says that
        // the count may have changed, not that this thread got anything. Another thread may have
        // been quicker, and a wake-up may come for no reason at all.
        let mut free = self
            .returned
            .wait_while(self.free(), |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Permit { semaphore: self }
    }

    /// Takes a permit if one is free at this moment, and never waits for one.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        // This does take the lock, but nobody keeps it for longer than a few instructions: those
        // who sleep in `wait_while` have given it up.
        let mut free = self.free();
        *free = free.checked_sub(1)?;
        Some(Permit { semaphore: self })
    }

    /// Takes a permit, and sleeps until there is a free one, but no longer than `timeout`.
    pub fn acquire_timeout(&self, timeout: Duration) -> Option<Permit<'_>> {
        // `wait_timeout_while` subtracts the time that has passed before it sleeps again, and looks
        // at the count before it looks at the clock. The second point matters: a thread that was
        // woken for a permit and leaves without it, because its time is up, would let that permit
        // lie while others sleep. For the same reason its second value, whether the time is up, is
        // not asked: the count decides.
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
    /// Nothing here panics while it has the lock, and a count is never half changed, so a poisoned
    /// lock would tell us nothing. It must not panic either: `drop` runs while a holder unwinds, and
    /// a second panic there would abort the process.
    fn free(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to go on. Dropping it gives the permit back to its semaphore.
// It keeps a reference and no lock. A `MutexGuard` in here would make every holder exclude all the
// others, whatever the count says.
#[must_use = "a permit that is not kept is given back at once"]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // First the count, then the call: the other way round, the sleeper may look before the
        // permit is there, and sleep on. The guard is gone at the end of the first statement, so
        // whoever is woken finds the lock free.
        *self.semaphore.free() += 1;
        // One permit, one sleeper. Notify every time, not only when the count leaves 0: of two
        // permits that come back in a row, the second is for a second sleeper.
        self.semaphore.returned.notify_one();
    }
}

static ONE: Mutex<()> = Mutex::new(());
/// Runs all `jobs`, at most `limit` at the same time, and returns their results in the order of the
/// jobs. A limit of 0 means 1.
///
/// # Panics
///
/// When a job panics: the other jobs still run to their end, and then the caller panics.
pub fn run_limited<T: Send, F: FnOnce() -> T + Send>(limit: usize, jobs: Vec<F>) -> Vec<T> {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let semaphore = Semaphore::new(limit.max(1));
    let outcomes: Vec<thread::Result<T>> = thread::scope(|scope| {
        let mut threads = Vec::with_capacity(jobs.len());
        for job in jobs {
            // Taking the permit here, before the thread exists, bounds the threads as well as the
            // jobs. The permit moves into the thread and is dropped there, also by a panic.
            let permit = semaphore.acquire();
            threads.push(scope.spawn(move || {
                let _permit = permit;
                job()
            }));
        }
        // Joining in the order of the jobs gives the order of the results, whoever finishes first.
        // A thread that panicked is an `Err` here and holds nobody up.
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    // All threads have ended; only now may a panic go on to the caller, with its own message.
    outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(|payload| panic::resume_unwind(payload)))
        .collect()
}
