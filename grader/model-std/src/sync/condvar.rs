//! The modelled condition variable.

use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{LockResult, PoisonError};
use std::time::Duration;

use super::MutexGuard;
use crate::model::trace::Whom;
use crate::runtime::clock;
use crate::runtime::objects::condvar;
use crate::runtime::objects::{ObjectId, Tag};
use crate::runtime::task::{Site, Wake};

/// As [`std::sync::Condvar`].
pub struct Condvar {
    tag: Tag,
}

impl UnwindSafe for Condvar {}
impl RefUnwindSafe for Condvar {}

/// As [`std::sync::WaitTimeoutResult`].
#[derive(Debug, PartialEq, Eq, Copy, Clone)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// As [`std::sync::WaitTimeoutResult::timed_out`].
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    /// As [`std::sync::Condvar::new`].
    #[track_caller]
    #[must_use]
    pub const fn new() -> Condvar {
        Condvar { tag: Tag::new() }
    }

    /// As [`std::sync::Condvar::wait`].
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned when the lock is taken again; the error holds the guard.
    ///
    /// # Panics
    ///
    /// Outside an execution.
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        self.wait_at(guard, None, Location::caller()).0
    }

    /// As [`std::sync::Condvar::wait_while`].
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned when the lock is taken again; the error holds the guard.
    ///
    /// # Panics
    ///
    /// Outside an execution.
    #[track_caller]
    pub fn wait_while<'a, T, F>(&self, mut guard: MutexGuard<'a, T>, mut condition: F) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        let site = Location::caller();
        while condition(guard.peek_mut()) {
            guard = self.wait_at(guard, None, site).0?;
        }
        Ok(guard)
    }

    /// As [`std::sync::Condvar::wait_timeout`], on the virtual clock.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned when the lock is taken again; the error holds the guard.
    ///
    /// # Panics
    ///
    /// Outside an execution.
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        self.wait_timeout_at(guard, timeout, Location::caller())
    }

    /// As `std::sync::Condvar::wait_timeout_ms`.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned when the lock is taken again; the error holds the guard.
    ///
    /// # Panics
    ///
    /// Outside an execution.
    #[track_caller]
    #[deprecated(since = "1.6.0", note = "replaced by `std::sync::Condvar::wait_timeout`")]
    pub fn wait_timeout_ms<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        milliseconds: u32,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let timeout = Duration::from_millis(milliseconds.into());
        match self.wait_timeout_at(guard, timeout, Location::caller()) {
            Ok((guard, result)) => Ok((guard, !result.0)),
            Err(error) => {
                let (guard, result) = error.into_inner();
                Err(PoisonError::new((guard, !result.0)))
            }
        }
    }

    /// As [`std::sync::Condvar::wait_timeout_while`], on the virtual clock.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned when the lock is taken again; the error holds the guard.
    ///
    /// # Panics
    ///
    /// Outside an execution.
    #[track_caller]
    pub fn wait_timeout_while<'a, T, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        timeout: Duration,
        mut condition: F,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)>
    where
        F: FnMut(&mut T) -> bool,
    {
        let site = Location::caller();
        let (start, _) = clock::now(Some(site));
        loop {
            if !condition(guard.peek_mut()) {
                return Ok((guard, WaitTimeoutResult(false)));
            }
            let Some(left) = timeout.checked_sub(clock::now(Some(site)).0.saturating_sub(start)) else {
                return Ok((guard, WaitTimeoutResult(true)));
            };
            guard = self.wait_timeout_at(guard, left, site)?.0;
            // `std` waits once more, with a timeout of zero, and the real clock advances meanwhile. The virtual clock
            // does not.
            if left.is_zero() {
                let timed_out = condition(guard.peek_mut());
                return Ok((guard, WaitTimeoutResult(timed_out)));
            }
        }
    }

    /// As [`std::sync::Condvar::notify_one`].
    #[track_caller]
    pub fn notify_one(&self) {
        condvar::notify(self.id(), Whom::One, Location::caller());
    }

    /// As [`std::sync::Condvar::notify_all`].
    #[track_caller]
    pub fn notify_all(&self) {
        condvar::notify(self.id(), Whom::All, Location::caller());
    }

    fn id(&self) -> Option<ObjectId> {
        condvar::id(&self.tag)
    }

    fn wait_timeout_at<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Duration,
        site: Site,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let (guard, wake) = self.wait_at(guard, Some(timeout), site);
        let result = WaitTimeoutResult(wake == Wake::TimedOut);
        match guard {
            Ok(guard) => Ok((guard, result)),
            Err(error) => Err(PoisonError::new((error.into_inner(), result))),
        }
    }

    fn wait_at<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Option<Duration>,
        site: Site,
    ) -> (LockResult<MutexGuard<'a, T>>, Wake) {
        let lock = guard.suspend();
        let (acquired, wake) = condvar::wait(self.id(), lock.id(), lock.acquired, lock.touch, timeout, site);
        (lock.resume(acquired), wake)
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Condvar {
        Condvar::new()
    }
}
