//! The modelled `LazyLock`.

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use super::once::call_once;
use crate::model::trace::{ObjectKind, OnceFunction};
use crate::runtime::objects::once;
use crate::runtime::objects::{Memory, ObjectId, Tag};
use crate::runtime::task::Site;

/// As [`std::sync::LazyLock`].
pub struct LazyLock<T, F = fn() -> T> {
    tag: Tag,
    value: UnsafeCell<Content<T, F>>,
}

enum Content<T, F> {
    Function(F),
    Value(T),
    /// The function is running or has panicked.
    Nothing,
}

// SAFETY: as for `std`'s cell: the function runs once, on one thread, before others read the value.
unsafe impl<T: Sync + Send, F: Send> Sync for LazyLock<T, F> {}
// SAFETY: the cell owns its content.
unsafe impl<T: Send, F: Send> Send for LazyLock<T, F> {}
impl<T: RefUnwindSafe + UnwindSafe, F: UnwindSafe> RefUnwindSafe for LazyLock<T, F> {}
impl<T: UnwindSafe, F: UnwindSafe> UnwindSafe for LazyLock<T, F> {}

impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    /// As [`std::sync::LazyLock::new`].
    #[track_caller]
    pub const fn new(f: F) -> LazyLock<T, F> {
        LazyLock {
            tag: Tag::new(),
            value: UnsafeCell::new(Content::Function(f)),
        }
    }

    /// As [`std::sync::LazyLock::force`].
    ///
    /// # Panics
    ///
    /// If the function has panicked.
    #[track_caller]
    pub fn force(this: &LazyLock<T, F>) -> &T {
        this.force_at(Location::caller())
    }

    /// As [`std::sync::LazyLock::force_mut`].
    ///
    /// # Panics
    ///
    /// If the function has panicked.
    #[track_caller]
    pub fn force_mut(this: &mut LazyLock<T, F>) -> &mut T {
        this.force_at(Location::caller());
        Self::get_mut(this).expect("a forced cell holds a value")
    }

    fn force_at(&self, site: Site) -> &T {
        match self.id() {
            Some(id) => call_once(id, OnceFunction::Force, site, |poisoned| {
                assert!(!poisoned, "LazyLock instance has previously been poisoned");
                self.initialise();
            }),
            None if self.value().is_none() => self.initialise(),
            None => {}
        }
        self.value().expect("LazyLock instance has previously been poisoned")
    }

    fn initialise(&self) {
        // SAFETY: only the thread that has claimed the initialisation calls this, and there are no references to the
        // content of a cell that is not initialised.
        let content = unsafe { std::mem::replace(&mut *self.value.get(), Content::Nothing) };
        if let Content::Function(f) = content {
            let value = f();
            // SAFETY: as above.
            unsafe { *self.value.get() = Content::Value(value) };
        }
    }
}

impl<T, F> LazyLock<T, F> {
    /// As [`std::sync::LazyLock::get`].
    #[track_caller]
    pub fn get(this: &LazyLock<T, F>) -> Option<&T> {
        if let Some(id) = this.id()
            && once::peek(id, OnceFunction::Get, Location::caller()) != once::Once::Complete
        {
            return None;
        }
        this.value()
    }

    /// As [`std::sync::LazyLock::get_mut`].
    pub fn get_mut(this: &mut LazyLock<T, F>) -> Option<&mut T> {
        // Adds the object to the table first, so that a value changed here is not saved as the initial one.
        let _ = this.id();
        match this.value.get_mut() {
            Content::Value(value) => Some(value),
            Content::Function(_) | Content::Nothing => None,
        }
    }

    fn value(&self) -> Option<&T> {
        // SAFETY: the value is written once, before the initialisation is complete, and read only after that.
        match unsafe { &*self.value.get() } {
            Content::Value(value) => Some(value),
            Content::Function(_) | Content::Nothing => None,
        }
    }

    fn id(&self) -> Option<ObjectId> {
        let id = once::id(&self.tag, ObjectKind::LazyLock, &Memory::of(&self.value))?;
        if once::state(id) == once::Once::Incomplete && self.value().is_some() {
            once::finish(id, once::Once::Complete);
        }
        Some(id)
    }
}

impl<T, F> Drop for LazyLock<T, F> {
    /// Does nothing. It exists because with it, as in `std`, what the cell borrows must outlive the cell.
    fn drop(&mut self) {}
}

impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    #[track_caller]
    fn deref(&self) -> &T {
        self.force_at(Location::caller())
    }
}

impl<T, F: FnOnce() -> T> DerefMut for LazyLock<T, F> {
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        LazyLock::force_mut(self)
    }
}

impl<T: Default> Default for LazyLock<T> {
    #[track_caller]
    fn default() -> LazyLock<T> {
        LazyLock::new(T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for LazyLock<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_tuple("LazyLock");
        match LazyLock::get(self) {
            Some(value) => text.field(value),
            None => text.field(&format_args!("<uninit>")),
        };
        text.finish()
    }
}
