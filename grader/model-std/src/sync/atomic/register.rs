//! The common part of all atomics: a value, and the operations on it.
//!
//! The memory of an atomic holds the newest value. The model keeps older values, which a load may return.

use std::cell::UnsafeCell;
use std::panic::RefUnwindSafe;
use std::sync::atomic::Ordering;

use crate::model::trace::{
    self, AtomicFunction, AtomicType, CompareExchangeFunction, CompareExchangeOutcome, Op, RmwFunction,
};
use crate::runtime::objects::ObjectId;
use crate::runtime::objects::atomic::{self, Access, InMemory, Value};
use crate::runtime::task::Site;

/// The value of an atomic, and nothing else: `std` promises the size and bit validity of the value. The model knows the
/// atomic by its address (see `runtime::objects::places`).
#[repr(transparent)]
pub(super) struct Register<T> {
    pub(super) value: UnsafeCell<T>,
}

// SAFETY: all threads of the program share one operating-system thread, and no reference to the value outlives an
// access.
unsafe impl<T> Sync for Register<T> {}
impl<T> RefUnwindSafe for Register<T> {}

/// A type that an atomic can hold.
pub(super) trait Content: Copy + PartialEq {
    /// The type of the atomic that holds it.
    const TYPE: AtomicType;

    /// The value, as a trace shows it.
    fn to_trace(self) -> trace::Value;

    /// The value, as the model keeps it: equal bits of memory are equal values, for all types of one size.
    fn to_model(self) -> Value;

    /// The value, from what the model kept.
    fn from_model(value: Value) -> Self;
}

macro_rules! content {
    ($($type:ty, $atomic:ident, $traced:ident($as:ty), $unsigned:ty, |$bits:ident| $narrow:expr;)*) => {
        $(impl Content for $type {
            const TYPE: AtomicType = AtomicType::$atomic;

            fn to_trace(self) -> trace::Value {
                trace::Value::$traced(self as $as)
            }

            fn to_model(self) -> Value {
                Value::Bits((self as $unsigned) as u64)
            }

            fn from_model(value: Value) -> Self {
                let $bits = value.bits();
                $narrow
            }
        })*
    };
}

content! {
    bool, Bool, Bool(bool), u8, |bits| bits != 0;
    i8, I8, Signed(i64), u8, |bits| bits as i8;
    i16, I16, Signed(i64), u16, |bits| bits as i16;
    i32, I32, Signed(i64), u32, |bits| bits as i32;
    i64, I64, Signed(i64), u64, |bits| bits as i64;
    isize, Isize, Signed(i64), usize, |bits| bits as isize;
    u8, U8, Unsigned(u64), u8, |bits| bits as u8;
    u16, U16, Unsigned(u64), u16, |bits| bits as u16;
    u32, U32, Unsigned(u64), u32, |bits| bits as u32;
    u64, U64, Unsigned(u64), u64, |bits| bits;
    usize, Usize, Unsigned(u64), usize, |bits| bits as usize;
}

impl<T> Content for *mut T {
    const TYPE: AtomicType = AtomicType::Ptr;

    // Without the address, because addresses differ between runs, and traces must not.
    fn to_trace(self) -> trace::Value {
        trace::Value::Pointer {
            is_null: self.is_null(),
        }
    }

    fn to_model(self) -> Value {
        Value::Pointer(self.cast())
    }

    fn from_model(value: Value) -> Self {
        match value {
            Value::Pointer(pointer) => pointer.cast(),
            // The program uses one piece of memory as an atomic of integers as well.
            Value::Bits(bits) => std::ptr::with_exposed_provenance_mut(bits as usize),
        }
    }
}

/// What is done to an atomic, with which ordering, and where.
#[derive(Clone, Copy)]
pub(super) struct Request<F> {
    pub(super) function: F,
    pub(super) order: Ordering,
    pub(super) site: Site,
}

impl<T: Content> Register<T> {
    pub(super) const fn new(value: T) -> Self {
        Self {
            value: UnsafeCell::new(value),
        }
    }

    fn id(&self, site: Site) -> Option<ObjectId> {
        atomic::id(&InMemory {
            address: self.value.get().addr(),
            of: T::TYPE,
            size: size_of::<T>(),
            value: self.get().to_model(),
            site,
        })
    }

    /// Gives the caller, which has exclusive access, the value. Adds the atomic to the table first, so that a value
    /// changed here is not taken for the initial one.
    pub(super) fn own(&mut self, site: Site) -> &mut T {
        atomic::owned(self.id(site));
        self.value.get_mut()
    }

    fn get(&self) -> T {
        // SAFETY: all threads of the program share one operating-system thread, and there is no reference to the value.
        unsafe { *self.value.get() }
    }

    fn set(&self, value: T) {
        // SAFETY: as for `get`.
        unsafe { *self.value.get() = value };
    }

    /// Announces an access.
    fn announce(&self, function: AtomicFunction, order: Ordering, site: Site) -> Access {
        let atomic = self.id(site);
        atomic::announce_access(atomic, site);
        Access {
            atomic,
            function,
            order,
            site,
        }
    }

    pub(super) fn load(&self, order: Ordering, site: Site) -> T {
        let access = self.announce(AtomicFunction::Load, order, site);
        let newest = self.get();
        let describe = |older: Option<Value>| {
            let newest = newest.to_trace();
            let load = Op::Load {
                order: access.trace_order(),
                value: older.map_or(newest, |older| T::from_model(older).to_trace()),
                newest: older.map(|_| newest),
            };
            (load, newest)
        };
        atomic::loaded(&access, newest.to_model(), &describe).map_or(newest, T::from_model)
    }

    pub(super) fn store(&self, value: T, order: Ordering, site: Site) {
        let access = self.announce(AtomicFunction::Store, order, site);
        let old = self.get();
        self.set(value);
        let describe = |_| {
            let (order, value) = (access.trace_order(), value.to_trace());
            (Op::Store { order, value }, value)
        };
        atomic::stored(&access, (old.to_model(), value.to_model()), &describe);
    }

    pub(super) fn modify(&self, request: Request<RmwFunction>, change: impl FnOnce(T) -> T) -> T {
        let Request { function, order, site } = request;
        let access = self.announce(AtomicFunction::Rmw(function), order, site);
        let old = self.get();
        let new = change(old);
        self.set(new);
        let describe = |_| {
            let modify = Op::Rmw {
                function,
                order: access.trace_order(),
                old: old.to_trace(),
                new: new.to_trace(),
            };
            (modify, new.to_trace())
        };
        atomic::modified(&access, (old.to_model(), new.to_model()), &describe);
        old
    }

    /// As [`Register::modify`] to `new` if the value is `current`. Otherwise, as a load with the ordering `failure`.
    pub(super) fn compare_exchange(
        &self,
        request: Request<CompareExchangeFunction>,
        failure: Ordering,
        (current, new): (T, T),
    ) -> Result<T, T> {
        let Request { function, order, site } = request;
        let access = self.announce(AtomicFunction::CompareExchange(function), order, site);
        let on_failure = Access {
            order: failure,
            ..access
        };
        let old = self.get();
        let older = atomic::fails_stale(&on_failure, old.to_model(), current.to_model());
        let matches = old == current && older.is_none();
        let is_weak = function == CompareExchangeFunction::CompareExchangeWeak;
        if matches && !(is_weak && atomic::fails_weakly()) {
            self.set(new);
            let describe = |_| {
                let exchange = Op::CompareExchange {
                    function,
                    order: access.trace_order(),
                    outcome: CompareExchangeOutcome::Exchanged {
                        old: old.to_trace(),
                        new: new.to_trace(),
                    },
                };
                (exchange, new.to_trace())
            };
            atomic::modified(&access, (old.to_model(), new.to_model()), &describe);
            return Ok(old);
        }
        let found = older.map_or(old, T::from_model);
        let describe = |_| {
            let newest = old.to_trace();
            let outcome = if matches {
                CompareExchangeOutcome::Spurious { found: newest }
            } else {
                CompareExchangeOutcome::Differs {
                    found: found.to_trace(),
                    expected: current.to_trace(),
                    newest: older.map(|_| newest),
                }
            };
            let exchange = Op::CompareExchange {
                function,
                order: on_failure.trace_order(),
                outcome,
            };
            (exchange, newest)
        };
        atomic::failed(&on_failure, old.to_model(), older, &describe);
        Err(found)
    }
}
