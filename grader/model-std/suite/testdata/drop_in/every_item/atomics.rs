//! `std::sync::atomic`, under all of its names.

use std::sync::atomic::{self, *};

use core::sync::atomic::AtomicU8 as FromCore;

static COUNT: AtomicUsize = ATOMIC_USIZE_INIT;
static SIGNED: AtomicIsize = ATOMIC_ISIZE_INIT;
static FLAG: AtomicBool = ATOMIC_BOOL_INIT;

macro_rules! integers {
    ($lines:ident, $($atomic:ident: $type:ty),*) => {
        $({
            const ZERO: $type = $atomic::new(0).into_inner();
            let mut atomic = $atomic::from(ZERO);
            atomic.store(7, Ordering::Release);
            let seen = [
                atomic.load(Ordering::Acquire),
                atomic.swap(9, Ordering::AcqRel),
                atomic.fetch_add(3, Ordering::Relaxed),
                atomic.fetch_sub(2, Ordering::SeqCst),
                atomic.fetch_and(0b0111, Ordering::SeqCst),
                atomic.fetch_nand(0b0001, Ordering::SeqCst),
                atomic.fetch_or(0b0100, Ordering::SeqCst),
                atomic.fetch_xor(0b0110, Ordering::SeqCst),
                atomic.fetch_max(5, Ordering::SeqCst),
                atomic.fetch_min(4, Ordering::SeqCst),
                atomic.compare_and_swap(1, 2, Ordering::SeqCst),
                atomic.update(Ordering::SeqCst, Ordering::Relaxed, |value| value.wrapping_add(1)),
            ];
            let exchanged = atomic.compare_exchange(seen[0], 1, Ordering::SeqCst, Ordering::SeqCst);
            let weak = atomic.compare_exchange_weak(seen[0], 1, Ordering::AcqRel, Ordering::Acquire);
            let updated = atomic.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |value| value.checked_add(1));
            let refused = atomic.try_update(Ordering::SeqCst, Ordering::SeqCst, |_| None);
            *atomic.get_mut() = 40;
            let _: *mut $type = atomic.as_ptr();
            let default = $atomic::default();
            $lines.push(format!("{seen:?} {exchanged:?} {weak:?} {updated:?} {refused:?} {default:?} {atomic:?}"));
            $lines.push(atomic.into_inner().to_string());
        })*
    };
}

fn booleans() -> String {
    let mut flag = AtomicBool::from(true);
    let seen = [
        flag.load(Ordering::SeqCst),
        flag.swap(false, Ordering::SeqCst),
        flag.fetch_and(true, Ordering::SeqCst),
        flag.fetch_nand(true, Ordering::SeqCst),
        flag.fetch_or(false, Ordering::SeqCst),
        flag.fetch_xor(true, Ordering::SeqCst),
        flag.fetch_not(Ordering::SeqCst),
        flag.compare_and_swap(true, false, Ordering::SeqCst),
        flag.update(Ordering::SeqCst, Ordering::SeqCst, |flag| !flag),
    ];
    let exchanged = flag.compare_exchange(true, false, Ordering::SeqCst, Ordering::SeqCst);
    let weak = flag.compare_exchange_weak(true, false, Ordering::SeqCst, Ordering::SeqCst);
    let updated = flag.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |flag| flag.then_some(false));
    let tried = flag.try_update(Ordering::SeqCst, Ordering::SeqCst, |flag| Some(!flag));
    flag.store(false, Ordering::SeqCst);
    *flag.get_mut() |= true;
    let _: *mut bool = flag.as_ptr();
    format!(
        "{seen:?} {exchanged:?} {weak:?} {updated:?} {tried:?} {:?} {flag:?}",
        AtomicBool::default()
    ) + if flag.into_inner() { " set" } else { " clear" }
}

fn pointers() -> String {
    let mut numbers = [1_u16, 2, 3];
    let first: *mut u16 = &mut numbers[0];
    let mut pointer = AtomicPtr::new(first);
    let at = |pointer: *mut u16| pointer.addr() as isize - first.addr() as isize;
    let seen = [
        at(pointer.load(Ordering::SeqCst)),
        at(pointer.fetch_ptr_add(2, Ordering::SeqCst)),
        at(pointer.fetch_ptr_sub(1, Ordering::SeqCst)),
        at(pointer.fetch_byte_add(2, Ordering::SeqCst)),
        at(pointer.fetch_byte_sub(4, Ordering::SeqCst)),
        at(pointer.fetch_or(1, Ordering::SeqCst)),
        at(pointer.fetch_and(!1, Ordering::SeqCst)),
        at(pointer.fetch_xor(1, Ordering::SeqCst)),
        at(pointer.swap(first, Ordering::SeqCst)),
        at(pointer.compare_and_swap(first, first, Ordering::SeqCst)),
        at(pointer.update(Ordering::SeqCst, Ordering::SeqCst, |pointer| pointer)),
    ];
    let exchanged = pointer
        .compare_exchange(first, first, Ordering::SeqCst, Ordering::SeqCst)
        .is_ok();
    let weak = pointer
        .compare_exchange_weak(std::ptr::null_mut(), first, Ordering::SeqCst, Ordering::SeqCst)
        .is_ok();
    let updated = pointer
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |_| None)
        .is_ok();
    let tried = pointer.try_update(Ordering::SeqCst, Ordering::SeqCst, Some).is_ok();
    pointer.store(first, Ordering::SeqCst);
    *pointer.get_mut() = std::ptr::null_mut();
    let _: *mut *mut u16 = pointer.as_ptr();
    let default = AtomicPtr::<u16>::default().into_inner().is_null();
    let from = AtomicPtr::from(first).into_inner() == first;
    format!("{seen:?} {exchanged} {weak} {updated} {tried} {default} {from} {pointer:?} {pointer:p}")
}

pub fn run() -> Vec<String> {
    let mut lines = Vec::new();
    integers!(
        lines, AtomicI8: i8, AtomicI16: i16, AtomicI32: i32, AtomicI64: i64, AtomicIsize: isize,
        AtomicU8: u8, AtomicU16: u16, AtomicU32: u32, AtomicU64: u64, AtomicUsize: usize
    );
    COUNT.fetch_add(1, Ordering::SeqCst);
    SIGNED.fetch_sub(1, Ordering::SeqCst);
    FLAG.store(true, atomic::Ordering::SeqCst);
    fence(Ordering::SeqCst);
    compiler_fence(Ordering::SeqCst);
    spin_loop_hint();
    core::hint::spin_loop();
    lines.extend([
        booleans(),
        pointers(),
        format!("{COUNT:?} {SIGNED:?} {FLAG:?} {:?}", FromCore::new(3)),
    ]);
    lines
}
