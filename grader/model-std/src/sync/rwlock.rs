//! The modelled read-write lock.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;
use std::sync::{LockResult, TryLockError, TryLockResult};

use super::poisoning::result;
use crate::runtime::objects::lock::{self, Acquired, Mode, Touch};
use crate::runtime::objects::{Memory, ObjectId, Tag, rwlock};

/// As [`std::sync::RwLock`].
pub struct RwLock<T: ?Sized> {
    tag: Tag,
    value: UnsafeCell<T>,
}

// SAFETY: as for the lock of `std`: one writer or several readers have access to the value at a time.
unsafe impl<T: ?Sized + Send> Send for RwLock<T> {}
// SAFETY: as for `Send`. Readers share the value, so it must be `Sync`.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}
impl<T: ?Sized> UnwindSafe for RwLock<T> {}
impl<T: ?Sized> RefUnwindSafe for RwLock<T> {}

/// As [`std::sync::RwLockReadGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct RwLockReadGuard<'rwlock, T: ?Sized + 'rwlock> {
    /// The value of the lock. A reference to the lock instead would make the guard invariant over `T`; as in `std`, it
    /// is covariant.
    value: NonNull<T>,
    id: Option<ObjectId>,
    acquired: Acquired,
    lock: PhantomData<&'rwlock ()>,
}

// SAFETY: as in `std`: a shared guard gives shared access to the value only.
unsafe impl<T: ?Sized + Sync> Sync for RwLockReadGuard<'_, T> {}
impl<T: ?Sized + RefUnwindSafe> UnwindSafe for RwLockReadGuard<'_, T> {}
impl<T: ?Sized + RefUnwindSafe> RefUnwindSafe for RwLockReadGuard<'_, T> {}

/// As [`std::sync::RwLockWriteGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct RwLockWriteGuard<'rwlock, T: ?Sized + 'rwlock> {
    lock: &'rwlock RwLock<T>,
    acquired: Acquired,
    touch: Cell<Touch>,
    not_send: PhantomData<*const ()>,
}

// SAFETY: as in `std`: a shared guard gives shared access to the value only.
unsafe impl<T: ?Sized + Sync> Sync for RwLockWriteGuard<'_, T> {}
impl<T: ?Sized> RefUnwindSafe for RwLockWriteGuard<'_, T> {}

impl<T> RwLock<T> {
    /// As [`std::sync::RwLock::new`].
    #[track_caller]
    pub const fn new(value: T) -> RwLock<T> {
        RwLock {
            tag: Tag::new(),
            value: UnsafeCell::new(value),
        }
    }
}

impl<T: ?Sized> RwLock<T> {
    /// As [`std::sync::RwLock::into_inner`].
    ///
    /// # Errors
    ///
    /// If the lock is poisoned; the error holds the value.
    pub fn into_inner(self) -> LockResult<T>
    where
        T: Sized,
    {
        let poisoned = lock::is_poisoned(self.id());
        result(self.value.into_inner(), poisoned)
    }

    /// As [`std::sync::RwLock::read`].
    ///
    /// # Errors
    ///
    /// If the lock is poisoned; the error holds the guard.
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        let acquired = rwlock::read(self.id(), Location::caller());
        result(self.read_guard(acquired), acquired.poisoned)
    }

    /// As [`std::sync::RwLock::try_read`].
    ///
    /// # Errors
    ///
    /// If a writer holds the lock, or the lock is poisoned.
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        let acquired = rwlock::try_read(self.id(), Location::caller());
        let acquired = acquired.ok_or(TryLockError::WouldBlock)?;
        Ok(result(self.read_guard(acquired), acquired.poisoned)?)
    }

    /// As [`std::sync::RwLock::write`].
    ///
    /// # Errors
    ///
    /// If the lock is poisoned; the error holds the guard.
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        let acquired = rwlock::write(self.id(), Location::caller());
        result(self.write_guard(acquired), acquired.poisoned)
    }

    /// As [`std::sync::RwLock::try_write`].
    ///
    /// # Errors
    ///
    /// If the lock is held, or poisoned.
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        let acquired = rwlock::try_write(self.id(), Location::caller());
        let acquired = acquired.ok_or(TryLockError::WouldBlock)?;
        Ok(result(self.write_guard(acquired), acquired.poisoned)?)
    }

    /// As [`std::sync::RwLock::is_poisoned`].
    #[track_caller]
    pub fn is_poisoned(&self) -> bool {
        lock::asks_if_poisoned(self.id(), Location::caller())
    }

    /// As [`std::sync::RwLock::clear_poison`].
    #[track_caller]
    pub fn clear_poison(&self) {
        lock::clear_poison(self.id(), Location::caller());
    }

    /// As [`std::sync::RwLock::get_mut`].
    ///
    /// # Errors
    ///
    /// If the lock is poisoned; the error holds the reference.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let poisoned = lock::is_poisoned(self.id());
        result(self.value.get_mut(), poisoned)
    }

    fn id(&self) -> Option<ObjectId> {
        rwlock::id(&self.tag, &Memory::of(&self.value))
    }

    fn read_guard(&self, acquired: Acquired) -> RwLockReadGuard<'_, T> {
        // SAFETY: the pointer to the content of a cell is not null.
        let value = unsafe { NonNull::new_unchecked(self.value.get()) };
        RwLockReadGuard {
            value,
            id: self.id(),
            acquired,
            lock: PhantomData,
        }
    }

    fn write_guard(&self, acquired: Acquired) -> RwLockWriteGuard<'_, T> {
        RwLockWriteGuard {
            lock: self,
            acquired,
            touch: Cell::new(Touch::Untouched),
            not_send: PhantomData,
        }
    }
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// As [`std::sync::RwLockWriteGuard::downgrade`].
    #[track_caller]
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        let guard = std::mem::ManuallyDrop::new(guard);
        let id = guard.lock.id();
        rwlock::downgrade(id, guard.touch.get(), Location::caller());
        guard.lock.read_guard(guard.acquired)
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock for reading, so no thread writes while it lives.
        unsafe { self.value.as_ref() }
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock for writing, so no other thread reads or writes while it lives.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.touch.set(Touch::Changed);
        // SAFETY: as for `deref`, and the guard is borrowed mutably.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        lock::release(self.id, Mode::Read, self.acquired, Touch::Untouched);
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        lock::release(self.lock.id(), Mode::Write, self.acquired, self.touch.get());
    }
}

macro_rules! guard_formatting {
    ($($guard:ident),*) => {
        $(
            impl<T: ?Sized + fmt::Debug> fmt::Debug for $guard<'_, T> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    (**self).fmt(f)
                }
            }

            impl<T: ?Sized + fmt::Display> fmt::Display for $guard<'_, T> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    (**self).fmt(f)
                }
            }
        )*
    };
}

guard_formatting!(RwLockReadGuard, RwLockWriteGuard);

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(guard) => text.field("data", &&*guard),
            Err(TryLockError::Poisoned(error)) => text.field("data", &&**error.get_ref()),
            Err(TryLockError::WouldBlock) => text.field("data", &format_args!("<locked>")),
        };
        text.field("poisoned", &lock::is_poisoned(self.id()))
            .finish_non_exhaustive()
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> RwLock<T> {
        RwLock::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    #[track_caller]
    fn from(value: T) -> RwLock<T> {
        RwLock::new(value)
    }
}
