//! What every atomic is made of: a value, and operations on it that the scheduler orders and the trace tells.

use std::cell::UnsafeCell;
use std::panic::RefUnwindSafe;

use crate::runtime::atomic::{self, Effect};
use crate::runtime::object::{Memory, ObjectId, Tag};
use crate::runtime::task::Site;

/// The value of an atomic and its identity for the scheduler.
pub(super) struct Register<T> {
    tag: Tag,
    pub(super) value: UnsafeCell<T>,
}

// SAFETY: all threads of the program share one operating-system thread, and no reference to the value leaves an access.
unsafe impl<T> Sync for Register<T> {}
impl<T> RefUnwindSafe for Register<T> {}

/// Whether a compare-exchange may fail without a reason.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    Strong,
    Weak,
}

/// How a value appears in a trace.
pub(super) trait Show: Copy + PartialEq {
    fn show(self) -> String;
}

macro_rules! show_as_debug {
    ($($type:ty),*) => {
        $(impl Show for $type {
            fn show(self) -> String {
                format!("{self:?}")
            }
        })*
    };
}

show_as_debug!(bool, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl<T> Show for *mut T {
    // An address differs from run to run, which a trace must not.
    fn show(self) -> String {
        if self.is_null() { "null" } else { "a pointer" }.to_owned()
    }
}

impl<T: Show> Register<T> {
    #[track_caller]
    pub(super) const fn new(value: T) -> Self {
        Self {
            tag: Tag::new(),
            value: UnsafeCell::new(value),
        }
    }

    pub(super) fn id(&self, kind: &'static str) -> Option<ObjectId> {
        atomic::id(&self.tag, kind, &Memory::of(&self.value))
    }

    fn get(&self) -> T {
        // SAFETY: one operating-system thread runs, and nobody holds a reference to the value.
        unsafe { *self.value.get() }
    }

    fn set(&self, value: T) {
        // SAFETY: as for `get`.
        unsafe { *self.value.get() = value };
    }

    pub(super) fn load(&self, kind: &'static str, site: Site) -> T {
        let id = self.id(kind);
        atomic::announce_access(id, "load", site);
        let value = self.get();
        let seen = || (format!("→ {}", value.show()), value.show());
        atomic::accessed(id, "load", Effect::Unchanged, site, &seen);
        value
    }

    pub(super) fn store(&self, kind: &'static str, value: T, site: Site) {
        let id = self.id(kind);
        atomic::announce_access(id, "store", site);
        let effect = effect(self.get(), value);
        self.set(value);
        let seen = || (value.show(), value.show());
        atomic::accessed(id, "store", effect, site, &seen);
    }

    pub(super) fn modify(&self, kind: &'static str, name: &'static str, site: Site, change: impl FnOnce(T) -> T) -> T {
        let id = self.id(kind);
        atomic::announce_access(id, name, site);
        let old = self.get();
        let new = change(old);
        self.set(new);
        let seen = || (format!("{} → {}", old.show(), new.show()), new.show());
        atomic::accessed(id, name, effect(old, new), site, &seen);
        old
    }

    pub(super) fn compare_exchange(
        &self,
        kind: &'static str,
        (current, new): (T, T),
        strength: Strength,
        site: Site,
    ) -> Result<T, T> {
        let name = if strength == Strength::Weak {
            "compare_exchange_weak"
        } else {
            "compare_exchange"
        };
        let id = self.id(kind);
        atomic::announce_access(id, name, site);
        let old = self.get();
        let matches = old == current;
        let succeeds = matches && !(strength == Strength::Weak && atomic::fails_weakly());
        if succeeds {
            self.set(new);
        }
        let now = self.get();
        let seen = || {
            let outcome = match (succeeds, matches) {
                (true, _) => format!("{} → {}", old.show(), new.show()),
                (false, false) => format!("→ failed: {}, not {}", old.show(), current.show()),
                (false, true) => "→ failed without a reason".to_owned(),
            };
            (outcome, now.show())
        };
        atomic::accessed(id, name, effect(old, now), site, &seen);
        if succeeds { Ok(old) } else { Err(old) }
    }
}

fn effect<T: PartialEq>(old: T, new: T) -> Effect {
    if old == new { Effect::Unchanged } else { Effect::Changed }
}
