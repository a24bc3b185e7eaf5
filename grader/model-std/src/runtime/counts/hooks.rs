//! The functions that instrumented code calls in place of atomic instructions.
//!
//! LLVM's pass `tsan` (ThreadSanitizer) replaces each atomic instruction of a function by a call. Other loads and
//! stores stay as they are in functions without the attribute `sanitize_thread`, which only `-Z sanitizer` gives them.
//! The pass `tsan-module` adds a constructor that calls [`__tsan_init`]. The names and parameters are those of LLVM's
//! `compiler-rt/lib/tsan/rtl/tsan_interface.h`. The atomics of this library are no atomic instructions, so the
//! instructions that are left in a program are those of `Arc` and `Weak`. Both of their counts have 64 bits; everything
//! else is performed and not looked at. No target of stable Rust has atomics of 128 bits.
//!
//! Outside an execution, and while the runtime itself is at work, a function only does what the instruction does. The
//! accesses are all sequentially consistent here, which is at least what the program asks for.

use std::sync::atomic::{
    AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64,
    Ordering::{self, SeqCst},
    fence,
};

use super::{Access, Orders, access};

/// Whether any code calls these functions. Relaxed: it is set before `main`.
static ARE_CALLED: AtomicBool = AtomicBool::new(false);

/// Whether the process has code that calls these functions.
pub(crate) fn are_called() -> bool {
    ARE_CALLED.load(Ordering::Relaxed)
}

/// The constructor of each instrumented object file calls it.
// SAFETY: as for all functions here, no other function of this name is linked, because rustc links a runtime for
// ThreadSanitizer only with `-Z sanitizer`. A submission cannot define it without `unsafe`.
#[unsafe(no_mangle)]
extern "C" fn __tsan_init() {
    ARE_CALLED.store(true, Ordering::Relaxed);
}

/// The ordering with this number in C++.
fn ordering(number: i32) -> Ordering {
    match number {
        0 => Ordering::Relaxed,
        // 1 is `memory_order_consume`, for which compilers take `acquire`.
        1 | 2 => Ordering::Acquire,
        3 => Ordering::Release,
        4 => Ordering::AcqRel,
        _ => SeqCst,
    }
}

fn orders(success: i32, failure: i32) -> Orders {
    Orders {
        success: ordering(success),
        failure: ordering(failure),
    }
}

#[unsafe(no_mangle)]
extern "C" fn __tsan_atomic_thread_fence(order: i32) {
    fence(SeqCst);
    super::fence(ordering(order));
}

#[unsafe(no_mangle)]
extern "C" fn __tsan_atomic_signal_fence(_order: i32) {}

/// The function `$name` of LLVM, which performs `$perform` on the atomic that `place` points to.
macro_rules! hook {
    (
        $name:ident, $atomic:ident, $value:ty,
        ($($parameter:ident: $type:ty),*) $(-> $result:ty)?, |$place:ident| $perform:expr
    ) => {
        // SAFETY: as for `__tsan_init`.
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(place: *mut $value, $($parameter: $type),*) $(-> $result)? {
            // SAFETY: the caller is an atomic instruction on a live value at this place, aligned as the instruction
            // needs it, and all concurrent accesses to it are atomic.
            let $place = unsafe { $atomic::from_ptr(place) };
            $perform
        }
    };
}

/// The functions for atomics that are no counts.
macro_rules! plain_hooks {
    (
        $atomic:ident, $value:ty: $load:ident, $store:ident, $exchange:ident, $add:ident, $sub:ident, $and:ident,
        $or:ident, $xor:ident, $nand:ident, $compare_exchange:ident
    ) => {
        hook!($load, $atomic, $value, (_order: i32) -> $value, |place| place.load(SeqCst));
        hook!($store, $atomic, $value, (value: $value, _order: i32), |place| place.store(value, SeqCst));
        hook!($exchange, $atomic, $value, (value: $value, _order: i32) -> $value, |place| place.swap(value, SeqCst));
        hook!($add, $atomic, $value, (value: $value, _order: i32) -> $value, |place| place.fetch_add(value, SeqCst));
        hook!($sub, $atomic, $value, (value: $value, _order: i32) -> $value, |place| place.fetch_sub(value, SeqCst));
        hook!($compare_exchange, $atomic, $value,
            (expected: $value, new: $value, _success: i32, _failure: i32) -> $value, |place| {
                place.compare_exchange(expected, new, SeqCst, SeqCst).unwrap_or_else(|found| found)
            }
        );
        bitwise_hooks!($atomic, $value: $and, $or, $xor, $nand);
    };
}

macro_rules! bitwise_hooks {
    ($atomic:ident, $value:ty: $and:ident, $or:ident, $xor:ident, $nand:ident) => {
        hook!($and, $atomic, $value, (value: $value, _order: i32) -> $value, |place| place.fetch_and(value, SeqCst));
        hook!($or, $atomic, $value, (value: $value, _order: i32) -> $value, |place| place.fetch_or(value, SeqCst));
        hook!($xor, $atomic, $value, (value: $value, _order: i32) -> $value, |place| place.fetch_xor(value, SeqCst));
        hook!($nand, $atomic, $value, (value: $value, _order: i32) -> $value, |place| place.fetch_nand(value, SeqCst));
    };
}

plain_hooks!(AtomicU8, u8: __tsan_atomic8_load, __tsan_atomic8_store, __tsan_atomic8_exchange,
    __tsan_atomic8_fetch_add, __tsan_atomic8_fetch_sub, __tsan_atomic8_fetch_and, __tsan_atomic8_fetch_or,
    __tsan_atomic8_fetch_xor, __tsan_atomic8_fetch_nand, __tsan_atomic8_compare_exchange_val);
plain_hooks!(AtomicU16, u16: __tsan_atomic16_load, __tsan_atomic16_store, __tsan_atomic16_exchange,
    __tsan_atomic16_fetch_add, __tsan_atomic16_fetch_sub, __tsan_atomic16_fetch_and, __tsan_atomic16_fetch_or,
    __tsan_atomic16_fetch_xor, __tsan_atomic16_fetch_nand, __tsan_atomic16_compare_exchange_val);
plain_hooks!(AtomicU32, u32: __tsan_atomic32_load, __tsan_atomic32_store, __tsan_atomic32_exchange,
    __tsan_atomic32_fetch_add, __tsan_atomic32_fetch_sub, __tsan_atomic32_fetch_and, __tsan_atomic32_fetch_or,
    __tsan_atomic32_fetch_xor, __tsan_atomic32_fetch_nand, __tsan_atomic32_compare_exchange_val);
bitwise_hooks!(AtomicU64, u64: __tsan_atomic64_fetch_and, __tsan_atomic64_fetch_or, __tsan_atomic64_fetch_xor,
    __tsan_atomic64_fetch_nand);

/// Performs `$perform` on a count.
macro_rules! count {
    ($place:ident, $access:expr, $orders:expr, $perform:expr) => {
        access(
            $place.as_ptr().addr(),
            $access,
            $orders,
            || $place.load(SeqCst),
            || $perform,
        )
    };
}

hook!(__tsan_atomic64_load, AtomicU64, u64, (order: i32) -> u64, |place| {
    count!(place, Access::Load, orders(order, order), place.load(SeqCst))
});
hook!(__tsan_atomic64_store, AtomicU64, u64, (value: u64, order: i32), |place| {
    count!(place, Access::Store(value), orders(order, order), place.swap(value, SeqCst));
});
hook!(__tsan_atomic64_exchange, AtomicU64, u64, (value: u64, order: i32) -> u64, |place| {
    count!(place, Access::Swap(value), orders(order, order), place.swap(value, SeqCst))
});
hook!(__tsan_atomic64_fetch_add, AtomicU64, u64, (value: u64, order: i32) -> u64, |place| {
    match value {
        1 => count!(place, Access::Add, orders(order, order), place.fetch_add(1, SeqCst)),
        _ => place.fetch_add(value, SeqCst),
    }
});
hook!(__tsan_atomic64_fetch_sub, AtomicU64, u64, (value: u64, order: i32) -> u64, |place| {
    match value {
        1 => count!(place, Access::Remove, orders(order, order), place.fetch_sub(1, SeqCst)),
        _ => place.fetch_sub(value, SeqCst),
    }
});
hook!(__tsan_atomic64_compare_exchange_val, AtomicU64, u64,
    (expected: u64, new: u64, success: i32, failure: i32) -> u64, |place| {
        count!(place, Access::CompareExchange { expected, new }, orders(success, failure),
            place.compare_exchange(expected, new, SeqCst, SeqCst).unwrap_or_else(|found| found))
    }
);
