//! What every atomic is made of: a value, and operations on it that the scheduler orders and the trace tells.
//!
//! The memory of an atomic holds the newest value; older ones, which a load may return, are kept by the model.

use std::cell::UnsafeCell;
use std::panic::RefUnwindSafe;
use std::sync::atomic::Ordering;

use crate::runtime::objects::atomic::{self, Access, Value};
use crate::runtime::objects::{Memory, ObjectId, Tag};
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

/// A type that an atomic can hold.
pub(super) trait Content: Copy + PartialEq {
    /// How a value appears in a trace.
    fn show(self) -> String;

    /// The value, for the model to keep.
    fn kept(self) -> Value;

    /// The value that the model kept.
    fn from_kept(value: Value) -> Self;
}

macro_rules! content {
    ($($type:ty: |$bits:ident| $narrow:expr),* $(,)?) => {
        $(impl Content for $type {
            fn show(self) -> String {
                format!("{self:?}")
            }

            fn kept(self) -> Value {
                Value::Bits(self as u64)
            }

            fn from_kept(value: Value) -> Self {
                match value {
                    Value::Bits($bits) => $narrow,
                    Value::Pointer(_) => unreachable!("an atomic holds values of one type"),
                }
            }
        })*
    };
}

content! {
    bool: |bits| bits != 0,
    i8: |bits| bits as i8,
    i16: |bits| bits as i16,
    i32: |bits| bits as i32,
    i64: |bits| bits as i64,
    isize: |bits| bits as isize,
    u8: |bits| bits as u8,
    u16: |bits| bits as u16,
    u32: |bits| bits as u32,
    u64: |bits| bits,
    usize: |bits| bits as usize,
}

impl<T> Content for *mut T {
    // An address differs from run to run, which a trace must not.
    fn show(self) -> String {
        if self.is_null() { "null" } else { "a pointer" }.to_owned()
    }

    fn kept(self) -> Value {
        Value::Pointer(self.cast())
    }

    fn from_kept(value: Value) -> Self {
        match value {
            Value::Pointer(pointer) => pointer.cast(),
            Value::Bits(_) => unreachable!("an atomic holds values of one type"),
        }
    }
}

/// What is done to an atomic, and where: the type of the atomic, the operation's name, its ordering, the line.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    pub(super) order: Ordering,
    pub(super) site: Site,
}

impl<T: Content> Register<T> {
    #[track_caller]
    pub(super) const fn new(value: T) -> Self {
        Self {
            tag: Tag::new(),
            value: UnsafeCell::new(value),
        }
    }

    fn id(&self, kind: &'static str) -> Option<ObjectId> {
        atomic::id(&self.tag, kind, &Memory::of(&self.value))
    }

    /// Enters the atomic, which the caller has to itself: so a value that is changed then is not taken for the pristine one.
    pub(super) fn own(&mut self, kind: &'static str) -> &mut T {
        atomic::owned(self.id(kind));
        self.value.get_mut()
    }

    fn get(&self) -> T {
        // SAFETY: one operating-system thread runs, and nobody holds a reference to the value.
        unsafe { *self.value.get() }
    }

    fn set(&self, value: T) {
        // SAFETY: as for `get`.
        unsafe { *self.value.get() = value };
    }

    /// Lets other threads go before the access takes effect.
    fn announce(&self, request: Request) -> Access {
        let Request {
            kind,
            name,
            order,
            site,
        } = request;
        let atomic = self.id(kind);
        atomic::announce_access(atomic, name, site);
        Access {
            atomic,
            name,
            order,
            site,
        }
    }

    pub(super) fn load(&self, request: Request) -> T {
        let access = self.announce(request);
        let newest = self.get();
        let tell = |older: Option<Value>| {
            let newest = newest.show();
            let seen = match older {
                None => format!("→ {newest}"),
                Some(older) => {
                    let older = T::from_kept(older).show();
                    format!("→ {older} (stale: {newest} is newer, {:?})", access.order)
                }
            };
            (seen, newest)
        };
        atomic::loaded(&access, newest.kept(), &tell).map_or(newest, T::from_kept)
    }

    pub(super) fn store(&self, request: Request, value: T) {
        let access = self.announce(request);
        let old = self.get();
        self.set(value);
        let tell = |_| (value.show(), value.show());
        atomic::stored(&access, (old.kept(), value.kept()), &tell);
    }

    pub(super) fn modify(&self, request: Request, change: impl FnOnce(T) -> T) -> T {
        let access = self.announce(request);
        let old = self.get();
        let new = change(old);
        self.set(new);
        let tell = |_| (format!("{} → {}", old.show(), new.show()), new.show());
        atomic::modified(&access, (old.kept(), new.kept()), &tell);
        old
    }

    /// As [`Register::modify`] to `new` if the value is `current`; else as a load, with the ordering `failure`.
    pub(super) fn compare_exchange(
        &self,
        request: Request,
        failure: Ordering,
        (current, new): (T, T),
        strength: Strength,
    ) -> Result<T, T> {
        let access = self.announce(request);
        let old = self.get();
        let matches = old == current;
        if matches && !(strength == Strength::Weak && atomic::fails_weakly()) {
            self.set(new);
            let tell = |_| (format!("{} → {}", old.show(), new.show()), new.show());
            atomic::modified(&access, (old.kept(), new.kept()), &tell);
            return Ok(old);
        }
        let tell = |_| {
            let why = if matches {
                "→ failed without a reason".to_owned()
            } else {
                format!("→ failed: {}, not {}", old.show(), current.show())
            };
            (why, old.show())
        };
        let access = Access {
            order: failure,
            ..access
        };
        atomic::failed(&access, old.kept(), &tell);
        Err(old)
    }
}
