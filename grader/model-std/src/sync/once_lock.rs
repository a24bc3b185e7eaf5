//! The modelled `OnceLock`.

use std::cell::UnsafeCell;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use super::once::call_once;
use crate::model::trace::{ObjectKind, OnceFunction};
use crate::runtime::objects::once;
use crate::runtime::objects::{Memory, ObjectId, Tag};
use crate::runtime::task::Site;

/// As [`std::sync::OnceLock`].
pub struct OnceLock<T> {
    tag: Tag,
    value: UnsafeCell<Option<T>>,
}

// SAFETY: as for `std`'s cell: one thread writes, once, before others read.
unsafe impl<T: Sync + Send> Sync for OnceLock<T> {}
// SAFETY: the cell owns its value.
unsafe impl<T: Send> Send for OnceLock<T> {}
impl<T: RefUnwindSafe + UnwindSafe> RefUnwindSafe for OnceLock<T> {}
impl<T: UnwindSafe> UnwindSafe for OnceLock<T> {}

impl<T> OnceLock<T> {
    /// As [`std::sync::OnceLock::new`].
    #[track_caller]
    #[must_use]
    pub const fn new() -> OnceLock<T> {
        OnceLock {
            tag: Tag::new(),
            value: UnsafeCell::new(None),
        }
    }

    /// As [`std::sync::OnceLock::get`].
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        if let Some(id) = self.id()
            && once::peek(id, OnceFunction::Get, Location::caller()) != once::Once::Complete
        {
            return None;
        }
        self.value()
    }

    /// As [`std::sync::OnceLock::get_mut`].
    pub fn get_mut(&mut self) -> Option<&mut T> {
        let _ = self.id();
        self.value.get_mut().as_mut()
    }

    /// As [`std::sync::OnceLock::wait`].
    #[track_caller]
    pub fn wait(&self) -> &T {
        if let Some(id) = self.id() {
            once::wait_force(id, OnceFunction::Wait, Location::caller());
        }
        self.value().expect("a completed cell holds a value")
    }

    /// As [`std::sync::OnceLock::set`].
    ///
    /// # Errors
    ///
    /// `value`, if the cell holds one already.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.get_or_init_at(OnceFunction::Set, Location::caller(), || {
            value.take().expect("a cell is initialised once")
        });
        value.map_or(Ok(()), Err)
    }

    /// As [`std::sync::OnceLock::get_or_init`].
    #[track_caller]
    pub fn get_or_init<F>(&self, f: F) -> &T
    where
        F: FnOnce() -> T,
    {
        self.get_or_init_at(OnceFunction::GetOrInit, Location::caller(), f)
    }

    /// As [`std::sync::OnceLock::into_inner`].
    pub fn into_inner(self) -> Option<T> {
        let _ = self.id();
        self.value.into_inner()
    }

    /// As [`std::sync::OnceLock::take`].
    pub fn take(&mut self) -> Option<T> {
        let id = self.id();
        if let Some(id) = id {
            once::finish(id, once::Once::Incomplete);
        }
        self.value.get_mut().take()
    }

    fn get_or_init_at(&self, function: OnceFunction, site: Site, f: impl FnOnce() -> T) -> &T {
        match self.id() {
            Some(id) => call_once(id, function, site, |_| self.store(f())),
            None if self.value().is_none() => self.store(f()),
            None => {}
        }
        self.value().expect("an initialised cell holds a value")
    }

    fn store(&self, value: T) {
        // SAFETY: only the thread that has claimed the initialisation calls this, and there are no references to the
        // value of a cell that is not initialised.
        unsafe { *self.value.get() = Some(value) };
    }

    fn value(&self) -> Option<&T> {
        // SAFETY: the value is written once, before the initialisation is complete, and read only after that.
        unsafe { (*self.value.get()).as_ref() }
    }

    fn id(&self) -> Option<ObjectId> {
        let id = once::id(&self.tag, ObjectKind::OnceLock, &Memory::of(&self.value))?;
        // A cell that was created with a value, or filled outside the execution, is complete from the start.
        if once::state(id) == once::Once::Incomplete && self.value().is_some() {
            once::finish(id, once::Once::Complete);
        }
        Some(id)
    }
}

impl<T> Default for OnceLock<T> {
    #[track_caller]
    fn default() -> OnceLock<T> {
        OnceLock::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_tuple("OnceLock");
        match self.get() {
            Some(value) => text.field(value),
            None => text.field(&format_args!("<uninit>")),
        };
        text.finish()
    }
}

impl<T: Clone> Clone for OnceLock<T> {
    #[track_caller]
    fn clone(&self) -> OnceLock<T> {
        self.get().cloned().map_or_else(OnceLock::new, OnceLock::from)
    }
}

impl<T> From<T> for OnceLock<T> {
    #[track_caller]
    fn from(value: T) -> OnceLock<T> {
        OnceLock {
            tag: Tag::new(),
            value: UnsafeCell::new(Some(value)),
        }
    }
}

impl<T: PartialEq> PartialEq for OnceLock<T> {
    fn eq(&self, other: &OnceLock<T>) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceLock<T> {}
