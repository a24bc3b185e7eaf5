//! The modelled mutex.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{LockResult, TryLockError, TryLockResult};

use super::poisoning::result;
use crate::runtime::objects::lock::{self, Acquired, Mode, Touch};
use crate::runtime::objects::{Memory, ObjectId, Tag, mutex};

/// As [`std::sync::Mutex`].
pub struct Mutex<T: ?Sized> {
    tag: Tag,
    value: UnsafeCell<T>,
}

// SAFETY: as for `std`'s mutex: the value is handed to one thread at a time.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: as for `Send`.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}
impl<T: ?Sized> UnwindSafe for Mutex<T> {}
impl<T: ?Sized> RefUnwindSafe for Mutex<T> {}

/// As [`std::sync::MutexGuard`].
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct MutexGuard<'a, T: ?Sized + 'a> {
    mutex: &'a Mutex<T>,
    acquired: Acquired,
    /// What the holder did with the value.
    touch: Cell<Touch>,
    /// Makes the type not `Send`, as in `std`.
    not_send: std::marker::PhantomData<*const ()>,
}

// SAFETY: as in `std`: a shared guard gives shared access to the value only.
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}
impl<T: ?Sized> RefUnwindSafe for MutexGuard<'_, T> {}

impl<T> Mutex<T> {
    /// As [`std::sync::Mutex::new`].
    #[track_caller]
    pub const fn new(value: T) -> Mutex<T> {
        Mutex {
            tag: Tag::new(),
            value: UnsafeCell::new(value),
        }
    }
}

impl<T: ?Sized> Mutex<T> {
    /// As [`std::sync::Mutex::into_inner`].
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned; the error holds the value.
    pub fn into_inner(self) -> LockResult<T>
    where
        T: Sized,
    {
        let poisoned = lock::is_poisoned(self.id());
        result(self.value.into_inner(), poisoned)
    }

    /// As [`std::sync::Mutex::lock`]. If the calling thread already holds the lock, that is a deadlock.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned; the error holds the guard.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let acquired = mutex::lock(self.id(), Location::caller());
        result(self.guard(acquired), acquired.poisoned)
    }

    /// As [`std::sync::Mutex::try_lock`].
    ///
    /// # Errors
    ///
    /// If the lock is held, or the mutex is poisoned.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        let acquired = mutex::try_lock(self.id(), Location::caller());
        let acquired = acquired.ok_or(TryLockError::WouldBlock)?;
        Ok(result(self.guard(acquired), acquired.poisoned)?)
    }

    /// As [`std::sync::Mutex::is_poisoned`].
    #[track_caller]
    pub fn is_poisoned(&self) -> bool {
        lock::asks_if_poisoned(self.id(), Location::caller())
    }

    /// As [`std::sync::Mutex::clear_poison`].
    #[track_caller]
    pub fn clear_poison(&self) {
        lock::clear_poison(self.id(), Location::caller());
    }

    /// As [`std::sync::Mutex::get_mut`].
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned; the error holds the reference.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let poisoned = lock::is_poisoned(self.id());
        result(self.value.get_mut(), poisoned)
    }

    fn id(&self) -> Option<ObjectId> {
        mutex::id(&self.tag, &Memory::of(&self.value))
    }

    fn guard(&self, acquired: Acquired) -> MutexGuard<'_, T> {
        MutexGuard {
            mutex: self,
            acquired,
            touch: Cell::new(Touch::Untouched),
            not_send: std::marker::PhantomData,
        }
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// Takes the guard apart without releasing the lock.
    pub(super) fn suspend(self) -> Suspended<'a, T> {
        let guard = std::mem::ManuallyDrop::new(self);
        Suspended {
            mutex: guard.mutex,
            acquired: guard.acquired,
            touch: guard.touch.get(),
        }
    }

    /// The value, for an access that does not count as a change.
    pub(super) fn peek_mut(&mut self) -> &mut T {
        // SAFETY: the guard holds the lock, and is borrowed for as long as the reference lives.
        unsafe { &mut *self.mutex.value.get() }
    }
}

/// A guard whose lock a condition variable releases and takes again.
pub(super) struct Suspended<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    pub(super) acquired: Acquired,
    pub(super) touch: Touch,
}

impl<'a, T: ?Sized> Suspended<'a, T> {
    pub(super) fn id(&self) -> Option<ObjectId> {
        self.mutex.id()
    }

    /// The guard, after the lock was taken again.
    pub(super) fn resume(self, acquired: Acquired) -> LockResult<MutexGuard<'a, T>> {
        result(self.mutex.guard(acquired), acquired.poisoned)
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.touch.set(self.touch.get().max(Touch::Looked));
        // SAFETY: the guard holds the lock, so no other thread changes the value while the guard is borrowed.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.touch.set(Touch::Changed);
        self.peek_mut()
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        lock::release(self.mutex.id(), Mode::Write, self.acquired, self.touch.get());
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(guard) => text.field("data", &&*guard),
            Err(TryLockError::Poisoned(error)) => text.field("data", &&**error.get_ref()),
            Err(TryLockError::WouldBlock) => text.field("data", &"<locked>"),
        };
        text.field("poisoned", &lock::is_poisoned(self.id()))
            .finish_non_exhaustive()
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Mutex<T> {
        Mutex::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Mutex<T> {
        Mutex::new(value)
    }
}
