//! As `std::sync::atomic`, where each access is an operation of the model.
//!
//! A load returns the newest value, unless the settings ask for stale reads. Then it may return an older one where the
//! orderings allow that (see `runtime::weak_memory`). An ordering that `std` rejects panics here too.
//!
//! An atomic has the size, the alignment and the bit validity of its value, as `std` promises.

mod register;

pub use ::std::sync::atomic::{Ordering, compiler_fence};

use std::fmt;
use std::panic::Location;

use crate::model::trace::{CompareExchangeFunction, RmwFunction};
use crate::runtime::objects::atomic;
use register::{Register, Request};

/// As [`std::sync::atomic::fence`].
///
/// # Panics
///
/// If `order` is `Relaxed`.
#[track_caller]
pub fn fence(order: Ordering) {
    assert!(order != Ordering::Relaxed, "there is no such thing as a relaxed fence");
    atomic::fence(order, Location::caller());
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

/// The failure ordering of a compare-exchange for which only the success ordering was given, as in `std`.
fn failure_of(success: Ordering) -> Ordering {
    match success {
        Ordering::Release => Ordering::Relaxed,
        Ordering::AcqRel => Ordering::Acquire,
        other => other,
    }
}

/// A call of `function` by the calling line.
#[track_caller]
fn request<F>(function: F, order: Ordering) -> Request<F> {
    Request {
        function,
        order,
        site: Location::caller(),
    }
}

macro_rules! atomic {
    ($(#[$of_new:meta])* $atomic:ident $(<$parameter:ident>)?, $value:ty) => {
        impl$(<$parameter>)? $atomic$(<$parameter>)? {
            /// As `new` of the atomic in `std`.
            $(#[$of_new])*
            pub const fn new(value: $value) -> Self {
                Self(Register::new(value))
            }

            /// As `from_ptr` of the atomic in `std`.
            ///
            /// # Safety
            ///
            /// As in `std`.
            pub const unsafe fn from_ptr<'a>(pointer: *mut $value) -> &'a $atomic$(<$parameter>)? {
                // SAFETY: the atomic has the layout of the value. The caller promises the rest.
                unsafe { &*pointer.cast() }
            }

            /// As `get_mut` of the atomic in `std`.
            #[track_caller]
            pub fn get_mut(&mut self) -> &mut $value {
                self.0.own(Location::caller())
            }

            /// As `into_inner` of the atomic in `std`.
            pub const fn into_inner(self) -> $value {
                self.0.value.into_inner()
            }

            /// As `as_ptr` of the atomic in `std`. Accesses through the pointer are not modelled.
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
                self.0.load(order, Location::caller())
            }

            /// As `store` of the atomic in `std`.
            ///
            /// # Panics
            ///
            /// If `order` is `Acquire` or `AcqRel`.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                check_store(order);
                self.0.store(value, order, Location::caller());
            }

            /// As `swap` of the atomic in `std`.
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.0.modify(request(RmwFunction::Swap, order), |_| value)
            }

            /// As `compare_and_swap` of the atomic in `std`.
            #[track_caller]
            #[deprecated(since = "1.50.0", note = "use `compare_exchange` or `compare_exchange_weak` instead")]
            pub fn compare_and_swap(&self, current: $value, new: $value, order: Ordering) -> $value {
                match self.compare_exchange(current, new, order, failure_of(order)) {
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
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                check_failure(failure);
                let request = request(CompareExchangeFunction::CompareExchange, success);
                self.0.compare_exchange(request, failure, (current, new))
            }

            /// As `compare_exchange_weak` of the atomic in `std`.
            ///
            /// # Errors
            ///
            /// The value, if it is not `current`, or spuriously where the settings allow that.
            ///
            /// # Panics
            ///
            /// If `failure` is `Release` or `AcqRel`.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                check_failure(failure);
                let request = request(CompareExchangeFunction::CompareExchangeWeak, success);
                self.0.compare_exchange(request, failure, (current, new))
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
                // `SeqCst`, because any weaker ordering would be noted as one that the program asked for.
                self.load(Ordering::SeqCst).fmt(f)
            }
        }

        impl$(<$parameter>)? From<$value> for $atomic$(<$parameter>)? {
            fn from(value: $value) -> Self {
                Self::new(value)
            }
        }
    };
}

// These follow the macro `atomic`, which they use.
mod boolean;
mod pointer;

pub use boolean::AtomicBool;
pub use pointer::AtomicPtr;

macro_rules! atomic_integer {
    ($($atomic:ident: $value:ty, $size:literal);* $(;)?) => {
        $(
            #[doc = concat!("As [`std::sync::atomic::", stringify!($atomic), "`].")]
            #[repr(C, align($size))]
            pub struct $atomic(Register<$value>);

            atomic!(#[must_use] $atomic, $value);

            impl $atomic {
                /// As `fetch_add` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_add(&self, value: $value, order: Ordering) -> $value {
                    self.0.modify(request(RmwFunction::FetchAdd, order), |old| old.wrapping_add(value))
                }

                /// As `fetch_sub` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_sub(&self, value: $value, order: Ordering) -> $value {
                    self.0.modify(request(RmwFunction::FetchSub, order), |old| old.wrapping_sub(value))
                }

                /// As `fetch_and` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_and(&self, value: $value, order: Ordering) -> $value {
                    self.0.modify(request(RmwFunction::FetchAnd, order), |old| old & value)
                }

                /// As `fetch_nand` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_nand(&self, value: $value, order: Ordering) -> $value {
                    self.0.modify(request(RmwFunction::FetchNand, order), |old| !(old & value))
                }

                /// As `fetch_or` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_or(&self, value: $value, order: Ordering) -> $value {
                    self.0.modify(request(RmwFunction::FetchOr, order), |old| old | value)
                }

                /// As `fetch_xor` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_xor(&self, value: $value, order: Ordering) -> $value {
                    self.0.modify(request(RmwFunction::FetchXor, order), |old| old ^ value)
                }

                /// As `fetch_max` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_max(&self, value: $value, order: Ordering) -> $value {
                    self.0.modify(request(RmwFunction::FetchMax, order), |old| old.max(value))
                }

                /// As `fetch_min` of the atomic in `std`.
                #[track_caller]
                pub fn fetch_min(&self, value: $value, order: Ordering) -> $value {
                    self.0.modify(request(RmwFunction::FetchMin, order), |old| old.min(value))
                }
            }

            impl Default for $atomic {
                fn default() -> Self {
                    Self::new(0)
                }
            }
        )*
    };
}

atomic_integer! {
    AtomicI8: i8, 1;
    AtomicI16: i16, 2;
    AtomicI32: i32, 4;
    AtomicI64: i64, 8;
    AtomicU8: u8, 1;
    AtomicU16: u16, 2;
    AtomicU32: u32, 4;
    AtomicU64: u64, 8;
}

#[cfg(target_pointer_width = "64")]
atomic_integer! {
    AtomicIsize: isize, 8;
    AtomicUsize: usize, 8;
}

#[cfg(target_pointer_width = "32")]
atomic_integer! {
    AtomicIsize: isize, 4;
    AtomicUsize: usize, 4;
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
