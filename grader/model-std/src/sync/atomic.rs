//! As `std::sync::atomic`, with every access a step that the scheduler orders.
//!
//! All accesses are sequentially consistent. Orderings are accepted, and refused where `std` refuses them.

pub use ::std::sync::atomic::{Ordering, compiler_fence};

use std::cell::UnsafeCell;
use std::fmt;
use std::panic::{Location, RefUnwindSafe};

use crate::runtime::atomic::{self, Effect};
use crate::runtime::object::{Memory, ObjectId, Tag};
use crate::runtime::task::Site;

/// As [`std::sync::atomic::fence`]: an operation of its own, since all accesses are in one order anyway.
///
/// # Panics
///
/// If `order` is `Relaxed`.
#[track_caller]
pub fn fence(order: Ordering) {
    assert!(order != Ordering::Relaxed, "there is no such thing as a relaxed fence");
    atomic::announce_access(None, "fence", Location::caller());
}

/// As `std::sync::atomic::spin_loop_hint`.
#[track_caller]
#[deprecated(since = "1.51.0", note = "use hint::spin_loop instead")]
pub fn spin_loop_hint() {
    crate::hint::spin_loop();
}

#[track_caller]
fn check_load(order: Ordering) {
    match order {
        Ordering::Release => panic!("there is no such thing as a release load"),
        Ordering::AcqRel => panic!("there is no such thing as an acquire-release load"),
        _ => {}
    }
}

#[track_caller]
fn check_store(order: Ordering) {
    match order {
        Ordering::Acquire => panic!("there is no such thing as an acquire store"),
        Ordering::AcqRel => panic!("there is no such thing as an acquire-release store"),
        _ => {}
    }
}

#[track_caller]
fn check_failure(order: Ordering) {
    match order {
        Ordering::Release => panic!("there is no such thing as a release failure ordering"),
        Ordering::AcqRel => panic!("there is no such thing as an acquire-release failure ordering"),
        _ => {}
    }
}

/// The value of an atomic and its identity for the scheduler.
struct Register<T> {
    tag: Tag,
    value: UnsafeCell<T>,
}

// SAFETY: all threads of the program share one operating-system thread, and no reference to the value leaves an access.
unsafe impl<T> Sync for Register<T> {}
impl<T> RefUnwindSafe for Register<T> {}

/// Whether a compare-exchange may fail without a reason.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strength {
    Strong,
    Weak,
}

/// How a value appears in a trace.
trait Show: Copy + PartialEq {
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
    const fn new(value: T) -> Self {
        Self { tag: Tag::new(), value: UnsafeCell::new(value) }
    }

    fn id(&self, kind: &'static str) -> Option<ObjectId> {
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

    fn load(&self, kind: &'static str, site: Site) -> T {
        let id = self.id(kind);
        atomic::announce_access(id, "load", site);
        let value = self.get();
        let seen = || (format!("→ {}", value.show()), value.show());
        atomic::accessed(id, "load", Effect::Unchanged, site, &seen);
        value
    }

    fn store(&self, kind: &'static str, value: T, site: Site) {
        let id = self.id(kind);
        atomic::announce_access(id, "store", site);
        let effect = effect(self.get(), value);
        self.set(value);
        let seen = || (value.show(), value.show());
        atomic::accessed(id, "store", effect, site, &seen);
    }

    fn modify(&self, kind: &'static str, name: &'static str, site: Site, change: impl FnOnce(T) -> T) -> T {
        let id = self.id(kind);
        atomic::announce_access(id, name, site);
        let old = self.get();
        let new = change(old);
        self.set(new);
        let seen = || (format!("{} → {}", old.show(), new.show()), new.show());
        atomic::accessed(id, name, effect(old, new), site, &seen);
        old
    }

    fn compare_exchange(
        &self,
        kind: &'static str,
        (current, new): (T, T),
        strength: Strength,
        site: Site,
    ) -> Result<T, T> {
        let name = if strength == Strength::Weak { "compare_exchange_weak" } else { "compare_exchange" };
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

macro_rules! atomic {
    ($atomic:ident $(<$parameter:ident>)?, $value:ty) => {
        impl$(<$parameter>)? $atomic$(<$parameter>)? {
            /// As `new` of the atomic in `std`.
            #[track_caller]
            #[must_use]
            pub const fn new(value: $value) -> Self {
                Self(Register::new(value))
            }

            /// As `get_mut` of the atomic in `std`.
            pub fn get_mut(&mut self) -> &mut $value {
                // Enters the object first, so that a value changed here is not taken for the pristine one.
                let _ = self.0.id(stringify!($atomic));
                self.0.value.get_mut()
            }

            /// As `into_inner` of the atomic in `std`.
            pub const fn into_inner(self) -> $value {
                // SAFETY: the register is owned here, and its other field needs no drop.
                unsafe { std::ptr::read(self.0.value.get()) }
            }

            /// As `as_ptr` of the atomic in `std`. What is read or written through the pointer is not modelled.
            pub const fn as_ptr(&self) -> *mut $value {
                self.0.value.get()
            }

            /// As `load` of the atomic in `std`.
            ///
            /// # Panics
            ///
            /// If `order` is `Release` or `AcqRel`.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                check_load(order);
                self.0.load(stringify!($atomic), Location::caller())
            }

            /// As `store` of the atomic in `std`.
            ///
            /// # Panics
            ///
            /// If `order` is `Acquire` or `AcqRel`.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                check_store(order);
                self.0.store(stringify!($atomic), value, Location::caller());
            }

            /// As `swap` of the atomic in `std`.
            #[track_caller]
            pub fn swap(&self, value: $value, _order: Ordering) -> $value {
                self.0.modify(stringify!($atomic), "swap", Location::caller(), |_| value)
            }

            /// As `compare_and_swap` of the atomic in `std`.
            #[track_caller]
            #[deprecated(since = "1.50.0", note = "use `compare_exchange` or `compare_exchange_weak` instead")]
            pub fn compare_and_swap(&self, current: $value, new: $value, _order: Ordering) -> $value {
                let exchange = (current, new);
                match self.0.compare_exchange(stringify!($atomic), exchange, Strength::Strong, Location::caller()) {
                    Ok(old) | Err(old) => old,
                }
            }

            /// As `compare_exchange` of the atomic in `std`.
            ///
            /// # Errors
            ///
            /// The value, if it is not `current`.
            ///
            /// # Panics
            ///
            /// If `failure` is `Release` or `AcqRel`.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                _success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                check_failure(failure);
                self.0.compare_exchange(stringify!($atomic), (current, new), Strength::Strong, Location::caller())
            }

            /// As `compare_exchange_weak` of the atomic in `std`.
            ///
            /// # Errors
            ///
            /// The value, if it is not `current`, or without a reason where the settings allow that.
            ///
            /// # Panics
            ///
            /// If `failure` is `Release` or `AcqRel`.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                _success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                check_failure(failure);
                self.0.compare_exchange(stringify!($atomic), (current, new), Strength::Weak, Location::caller())
            }

            /// As `fetch_update` of the atomic in `std`.
            ///
            /// # Errors
            ///
            /// The value, if `f` refuses it.
            ///
            /// # Panics
            ///
            /// If an ordering does not fit its access.
            #[track_caller]
            pub fn fetch_update<F>(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                f: F,
            ) -> Result<$value, $value>
            where
                F: FnMut($value) -> Option<$value>,
            {
                self.try_update(set_order, fetch_order, f)
            }

            /// As `update` of the atomic in `std`.
            ///
            /// # Panics
            ///
            /// If an ordering does not fit its access.
            #[track_caller]
            pub fn update(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                mut f: impl FnMut($value) -> $value,
            ) -> $value {
                match self.try_update(set_order, fetch_order, |old| Some(f(old))) {
                    Ok(old) | Err(old) => old,
                }
            }

            /// As `try_update` of the atomic in `std`.
            ///
            /// # Errors
            ///
            /// The value, if `f` refuses it.
            ///
            /// # Panics
            ///
            /// If an ordering does not fit its access.
            #[track_caller]
            pub fn try_update(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                mut f: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                let mut old = self.load(fetch_order);
                while let Some(new) = f(old) {
                    match self.compare_exchange_weak(old, new, set_order, fetch_order) {
                        Ok(old) => return Ok(old),
                        Err(other) => old = other,
                    }
                }
                Err(old)
            }
        }

        impl$(<$parameter>)? fmt::Debug for $atomic$(<$parameter>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.load(Ordering::Relaxed).fmt(f)
            }
        }

        impl$(<$parameter>)? From<$value> for $atomic$(<$parameter>)? {
            #[track_caller]
            fn from(value: $value) -> Self {
                Self::new(value)
            }
        }
    };
}

macro_rules! atomic_integer {
    ($($atomic:ident: $value:ty),* $(,)?) => {
        $(
            #[doc = concat!("As [`std::sync::atomic::", stringify!($atomic), "`].")]
            pub struct $atomic(Register<$value>);

            atomic!($atomic, $value);

            impl $atomic {
                /// As `fetch_add` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_add(&self, value: $value, _order: Ordering) -> $value {
                    self.0.modify(stringify!($atomic), "fetch_add", Location::caller(), |old| old.wrapping_add(value))
                }

                /// As `fetch_sub` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_sub(&self, value: $value, _order: Ordering) -> $value {
                    self.0.modify(stringify!($atomic), "fetch_sub", Location::caller(), |old| old.wrapping_sub(value))
                }

                /// As `fetch_and` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_and(&self, value: $value, _order: Ordering) -> $value {
                    self.0.modify(stringify!($atomic), "fetch_and", Location::caller(), |old| old & value)
                }

                /// As `fetch_nand` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_nand(&self, value: $value, _order: Ordering) -> $value {
                    self.0.modify(stringify!($atomic), "fetch_nand", Location::caller(), |old| !(old & value))
                }

                /// As `fetch_or` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_or(&self, value: $value, _order: Ordering) -> $value {
                    self.0.modify(stringify!($atomic), "fetch_or", Location::caller(), |old| old | value)
                }

                /// As `fetch_xor` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_xor(&self, value: $value, _order: Ordering) -> $value {
                    self.0.modify(stringify!($atomic), "fetch_xor", Location::caller(), |old| old ^ value)
                }

                /// As `fetch_max` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_max(&self, value: $value, _order: Ordering) -> $value {
                    self.0.modify(stringify!($atomic), "fetch_max", Location::caller(), |old| old.max(value))
                }

                /// As `fetch_min` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_min(&self, value: $value, _order: Ordering) -> $value {
                    self.0.modify(stringify!($atomic), "fetch_min", Location::caller(), |old| old.min(value))
                }
            }

            impl Default for $atomic {
                #[track_caller]
                fn default() -> Self {
                    Self::new(0)
                }
            }
        )*
    };
}

atomic_integer! {
    AtomicI8: i8,
    AtomicI16: i16,
    AtomicI32: i32,
    AtomicI64: i64,
    AtomicIsize: isize,
    AtomicU8: u8,
    AtomicU16: u16,
    AtomicU32: u32,
    AtomicU64: u64,
    AtomicUsize: usize,
}

/// As [`std::sync::atomic::ATOMIC_ISIZE_INIT`].
#[deprecated(since = "1.34.0", note = "the `new` function is now preferred")]
#[expect(clippy::declare_interior_mutable_const, reason = "`std` has it so")]
pub const ATOMIC_ISIZE_INIT: AtomicIsize = AtomicIsize::new(0);

/// As [`std::sync::atomic::ATOMIC_USIZE_INIT`].
#[deprecated(since = "1.34.0", note = "the `new` function is now preferred")]
#[expect(clippy::declare_interior_mutable_const, reason = "`std` has it so")]
pub const ATOMIC_USIZE_INIT: AtomicUsize = AtomicUsize::new(0);

/// As [`std::sync::atomic::ATOMIC_BOOL_INIT`].
#[deprecated(since = "1.34.0", note = "the `new` function is now preferred")]
#[expect(clippy::declare_interior_mutable_const, reason = "`std` has it so")]
pub const ATOMIC_BOOL_INIT: AtomicBool = AtomicBool::new(false);

/// As [`std::sync::atomic::AtomicBool`].
pub struct AtomicBool(Register<bool>);

atomic!(AtomicBool, bool);

impl AtomicBool {
    /// As [`std::sync::atomic::AtomicBool::fetch_and`].
    #[track_caller]
    pub fn fetch_and(&self, value: bool, _order: Ordering) -> bool {
        self.0.modify("AtomicBool", "fetch_and", Location::caller(), |old| old & value)
    }

    /// As [`std::sync::atomic::AtomicBool::fetch_nand`].
    #[track_caller]
    pub fn fetch_nand(&self, value: bool, _order: Ordering) -> bool {
        self.0.modify("AtomicBool", "fetch_nand", Location::caller(), |old| !(old & value))
    }

    /// As [`std::sync::atomic::AtomicBool::fetch_or`].
    #[track_caller]
    pub fn fetch_or(&self, value: bool, _order: Ordering) -> bool {
        self.0.modify("AtomicBool", "fetch_or", Location::caller(), |old| old | value)
    }

    /// As [`std::sync::atomic::AtomicBool::fetch_xor`].
    #[track_caller]
    pub fn fetch_xor(&self, value: bool, _order: Ordering) -> bool {
        self.0.modify("AtomicBool", "fetch_xor", Location::caller(), |old| old ^ value)
    }

    /// As [`std::sync::atomic::AtomicBool::fetch_not`].
    #[track_caller]
    pub fn fetch_not(&self, _order: Ordering) -> bool {
        self.0.modify("AtomicBool", "fetch_not", Location::caller(), |old| !old)
    }
}

impl Default for AtomicBool {
    #[track_caller]
    fn default() -> Self {
        Self::new(false)
    }
}

/// As [`std::sync::atomic::AtomicPtr`].
pub struct AtomicPtr<T>(Register<*mut T>);

// SAFETY: as in `std`: a pointer may go from thread to thread; following it is up to who does so.
unsafe impl<T> Send for AtomicPtr<T> {}

atomic!(AtomicPtr<T>, *mut T);

impl<T> AtomicPtr<T> {
    /// As [`std::sync::atomic::AtomicPtr::fetch_ptr_add`].
    #[track_caller]
    pub fn fetch_ptr_add(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_ptr_add", Location::caller(), |old| old.wrapping_add(value))
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_ptr_sub`].
    #[track_caller]
    pub fn fetch_ptr_sub(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_ptr_sub", Location::caller(), |old| old.wrapping_sub(value))
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_byte_add`].
    #[track_caller]
    pub fn fetch_byte_add(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_byte_add", Location::caller(), |old| old.wrapping_byte_add(value))
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_byte_sub`].
    #[track_caller]
    pub fn fetch_byte_sub(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_byte_sub", Location::caller(), |old| old.wrapping_byte_sub(value))
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_or`].
    #[track_caller]
    pub fn fetch_or(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_or", Location::caller(), |old| old.map_addr(|address| address | value))
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_and`].
    #[track_caller]
    pub fn fetch_and(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_and", Location::caller(), |old| old.map_addr(|address| address & value))
    }

    /// As [`std::sync::atomic::AtomicPtr::fetch_xor`].
    #[track_caller]
    pub fn fetch_xor(&self, value: usize, _order: Ordering) -> *mut T {
        self.0.modify("AtomicPtr", "fetch_xor", Location::caller(), |old| old.map_addr(|address| address ^ value))
    }
}

impl<T> Default for AtomicPtr<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new(std::ptr::null_mut())
    }
}

impl<T> fmt::Pointer for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.load(Ordering::Relaxed), f)
    }
}
