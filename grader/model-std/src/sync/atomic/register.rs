//! What every atomic is made of: a value, and operations on it that the scheduler orders and the trace tells.
//!
//! The memory of an atomic holds the newest value; older ones, which a load may return, are kept by the model.

use std::cell::UnsafeCell;
use std::panic::RefUnwindSafe;
use std::sync::atomic::Ordering;

use crate::model::trace::{
    self, AtomicFunction, AtomicType, CompareExchangeFunction, CompareExchangeOutcome, Op, RmwFunction,
};
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

/// A type that an atomic can hold.
pub(super) trait Content: Copy + PartialEq {
    /// The type of the atomic that holds it.
    const TYPE: AtomicType;

    /// The value as a trace tells it.
    fn told(self) -> trace::Value;

    /// The value, for the model to keep.
    fn kept(self) -> Value;

    /// The value that the model kept.
    fn from_kept(value: Value) -> Self;
}

macro_rules! content {
    ($($type:ty, $atomic:ident, $told:ident($as:ty), |$bits:ident| $narrow:expr;)*) => {
        $(impl Content for $type {
            const TYPE: AtomicType = AtomicType::$atomic;

            fn told(self) -> trace::Value {
                trace::Value::$told(self as $as)
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
    bool, Bool, Bool(bool), |bits| bits != 0;
    i8, I8, Signed(i64), |bits| bits as i8;
    i16, I16, Signed(i64), |bits| bits as i16;
    i32, I32, Signed(i64), |bits| bits as i32;
    i64, I64, Signed(i64), |bits| bits as i64;
    isize, Isize, Signed(i64), |bits| bits as isize;
    u8, U8, Unsigned(u64), |bits| bits as u8;
    u16, U16, Unsigned(u64), |bits| bits as u16;
    u32, U32, Unsigned(u64), |bits| bits as u32;
    u64, U64, Unsigned(u64), |bits| bits;
    usize, Usize, Unsigned(u64), |bits| bits as usize;
}

impl<T> Content for *mut T {
    const TYPE: AtomicType = AtomicType::Ptr;

    // An address differs from run to run, which a trace must not.
    fn told(self) -> trace::Value {
        trace::Value::Pointer {
            is_null: self.is_null(),
        }
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

/// What is done to an atomic, with which ordering, and where.
#[derive(Clone, Copy)]
pub(super) struct Request<F> {
    pub(super) function: F,
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

    fn id(&self) -> Option<ObjectId> {
        atomic::id(&self.tag, T::TYPE, &Memory::of(&self.value))
    }

    /// Enters the atomic, which the caller has to itself: so a value that is changed then is not taken for the pristine
    /// one.
    pub(super) fn own(&mut self) -> &mut T {
        atomic::owned(self.id());
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
    fn announce(&self, function: AtomicFunction, order: Ordering, site: Site) -> Access {
        let atomic = self.id();
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
        let tell = |older: Option<Value>| {
            let newest = newest.told();
            let load = Op::Load {
                order: access.told_order(),
                value: older.map_or(newest, |older| T::from_kept(older).told()),
                newest: older.map(|_| newest),
            };
            (load, newest)
        };
        atomic::loaded(&access, newest.kept(), &tell).map_or(newest, T::from_kept)
    }

    pub(super) fn store(&self, value: T, order: Ordering, site: Site) {
        let access = self.announce(AtomicFunction::Store, order, site);
        let old = self.get();
        self.set(value);
        let tell = |_| {
            let (order, value) = (access.told_order(), value.told());
            (Op::Store { order, value }, value)
        };
        atomic::stored(&access, (old.kept(), value.kept()), &tell);
    }

    pub(super) fn modify(&self, request: Request<RmwFunction>, change: impl FnOnce(T) -> T) -> T {
        let Request { function, order, site } = request;
        let access = self.announce(AtomicFunction::Rmw(function), order, site);
        let old = self.get();
        let new = change(old);
        self.set(new);
        let tell = |_| {
            let modify = Op::Rmw {
                function,
                order: access.told_order(),
                old: old.told(),
                new: new.told(),
            };
            (modify, new.told())
        };
        atomic::modified(&access, (old.kept(), new.kept()), &tell);
        old
    }

    /// As [`Register::modify`] to `new` if the value is `current`; else as a load, with the ordering `failure`.
    pub(super) fn compare_exchange(
        &self,
        request: Request<CompareExchangeFunction>,
        failure: Ordering,
        (current, new): (T, T),
    ) -> Result<T, T> {
        let Request { function, order, site } = request;
        let access = self.announce(AtomicFunction::CompareExchange(function), order, site);
        let old = self.get();
        let matches = old == current;
        let is_weak = function == CompareExchangeFunction::CompareExchangeWeak;
        if matches && !(is_weak && atomic::fails_weakly()) {
            self.set(new);
            let tell = |_| {
                let exchange = Op::CompareExchange {
                    function,
                    order: access.told_order(),
                    outcome: CompareExchangeOutcome::Exchanged {
                        old: old.told(),
                        new: new.told(),
                    },
                };
                (exchange, new.told())
            };
            atomic::modified(&access, (old.kept(), new.kept()), &tell);
            return Ok(old);
        }
        let access = Access {
            order: failure,
            ..access
        };
        let tell = |_| {
            let found = old.told();
            let outcome = if matches {
                CompareExchangeOutcome::Spurious { found }
            } else {
                CompareExchangeOutcome::Differs {
                    found,
                    expected: current.told(),
                }
            };
            let exchange = Op::CompareExchange {
                function,
                order: access.told_order(),
                outcome,
            };
            (exchange, found)
        };
        atomic::failed(&access, old.kept(), &tell);
        Err(old)
    }
}
