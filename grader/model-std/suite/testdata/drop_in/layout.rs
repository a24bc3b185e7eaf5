//! Uses that an atomic has the size, the alignment and the bits of its value: `std` promises all of them.
//!
//! Compiled by the test `drop_in` against the real `std` and against the modelled one: `run` must return the same.

use std::cell::UnsafeCell;
use std::mem::{align_of, size_of, transmute};
use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16, AtomicU32,
    AtomicU64, AtomicUsize, Ordering::SeqCst,
};
use std::thread;

macro_rules! has_the_layout_of_its_value {
    ($($atomic:ty: $value:ty),*) => {
        $(const _: () = assert!(
            size_of::<$atomic>() == size_of::<$value>() && align_of::<$atomic>() == size_of::<$value>()
        );)*
    };
}

has_the_layout_of_its_value!(
    AtomicBool: bool, AtomicI8: i8, AtomicI16: i16, AtomicI32: i32, AtomicI64: i64, AtomicIsize: isize,
    AtomicU8: u8, AtomicU16: u16, AtomicU32: u32, AtomicU64: u64, AtomicUsize: usize, AtomicPtr<[u8; 3]>: *mut u8
);

const _: () = assert!(size_of::<[AtomicU8; 5]>() == 5 && size_of::<Option<AtomicU32>>() == 8);

/// The value at the place of `atomic`.
fn at_the_place_of<A, T: Copy>(atomic: &A) -> T {
    let place: *const A = atomic;
    // SAFETY: an atomic has the bit validity of its value, and one thread runs.
    unsafe { *place.cast::<T>() }
}

struct Pair {
    small: AtomicU8,
    large: AtomicU64,
}

fn places() -> Vec<String> {
    let number = AtomicUsize::new(92);
    let before: usize = at_the_place_of(&number);
    number.store(93, SeqCst);
    let pair = Pair {
        small: AtomicU8::new(1),
        large: AtomicU64::new(u64::MAX),
    };
    let mut target = 5_u16;
    let pointer = AtomicPtr::new(&raw mut target);
    vec![
        format!("{before} {}", at_the_place_of::<_, usize>(&number)),
        format!("{} {}", at_the_place_of::<_, u8>(&pair.small), at_the_place_of::<_, u64>(&pair.large)),
        at_the_place_of::<_, bool>(&AtomicBool::new(true)).to_string(),
        (at_the_place_of::<_, *mut u16>(&pointer) == &raw mut target).to_string(),
        size_of::<Pair>().to_string(),
    ]
}

/// A value that becomes an atomic for a while.
fn from_pointer() -> String {
    let mut number = 5_u32;
    // SAFETY: the number is used through the atomic alone while that lives.
    let atomic = unsafe { AtomicU32::from_ptr(&raw mut number) };
    thread::scope(|scope| {
        scope.spawn(|| atomic.fetch_add(1, SeqCst));
        scope.spawn(|| atomic.fetch_add(10, SeqCst));
    });
    let after = atomic.load(SeqCst);
    number += 100;
    // SAFETY: as above.
    let again = unsafe { AtomicU32::from_ptr(&raw mut number) }.load(SeqCst);
    let mut flag = false;
    // SAFETY: as above.
    unsafe { AtomicBool::from_ptr(&raw mut flag) }.store(true, SeqCst);
    let mut bytes = [1_u8, 2];
    let mut pointer = &raw mut bytes[0];
    // SAFETY: as above.
    unsafe { AtomicPtr::from_ptr(&raw mut pointer) }.fetch_ptr_add(1, SeqCst);
    // SAFETY: the pointer is to the second byte.
    format!("{after} {again} {flag} {}", unsafe { *pointer })
}

fn by_casts() -> String {
    let number = UnsafeCell::new(7_i32);
    let place: *const i32 = number.get();
    // SAFETY: the cell is used through atomics alone while they live.
    let (signed, unsigned) = unsafe { (&*place.cast::<AtomicI32>(), &*place.cast::<AtomicU32>()) };
    signed.store(-1, SeqCst);
    unsigned.fetch_sub(1, SeqCst);
    let seen = (signed.load(SeqCst), unsigned.load(SeqCst));
    // SAFETY: both have the layout of 64 bits.
    let transmuted: AtomicU64 = unsafe { transmute(9_u64) };
    // SAFETY: as above.
    let back: u64 = unsafe { transmute(AtomicU64::new(transmuted.into_inner() + 1)) };
    format!("{seen:?} {back}")
}

union Word {
    plain: u64,
    atomic: std::mem::ManuallyDrop<AtomicU64>,
    bytes: [u8; 8],
}

fn in_a_union() -> String {
    let mut word = Word { plain: 1 };
    // SAFETY: every field is valid for any bits.
    unsafe {
        word.atomic.fetch_or(0x100, SeqCst);
        word.bytes[7] = 1;
        word.atomic.fetch_add(1, SeqCst);
        format!("{:x}", word.plain)
    }
}

fn slices() -> String {
    let bytes = [const { AtomicU8::new(0) }; 4];
    thread::scope(|scope| {
        for (byte, value) in bytes.iter().zip(b"abcd") {
            scope.spawn(move || byte.store(*value, SeqCst));
        }
    });
    // SAFETY: an atomic byte has the layout of a byte, and the threads have ended.
    let text: [u8; 4] = unsafe { transmute(bytes) };
    let mut numbers: Box<[u64]> = vec![1, 2, 3].into();
    let place: *mut [u64] = &mut *numbers;
    // SAFETY: the numbers are used as atomics alone while these live.
    let atomics = unsafe { &*(place as *const [AtomicU64]) };
    atomics.iter().for_each(|number| drop(number.fetch_add(5, SeqCst)));
    format!("{} {numbers:?}", String::from_utf8_lossy(&text))
}

/// What a plain write changes, an atomic returns.
fn plain_writes() -> String {
    let atomic = AtomicUsize::new(1);
    let first = atomic.load(SeqCst);
    // SAFETY: no other thread uses the atomic.
    unsafe { *atomic.as_ptr() = 2 };
    let second = atomic.fetch_add(1, SeqCst);
    // SAFETY: as above.
    format!("{first} {second} {}", unsafe { atomic.as_ptr().read() })
}

static WORD: AtomicU64 = AtomicU64::new(0x0102);
static mut PLAIN: u64 = 3;

fn statics() -> String {
    let first = WORD.fetch_add(1, SeqCst);
    // SAFETY: one thread runs, and the static is used through the atomic alone.
    let plain = unsafe { AtomicU64::from_ptr(&raw mut PLAIN) };
    format!("{first} {} {} {}", WORD.load(SeqCst), plain.fetch_add(1, SeqCst), plain.load(SeqCst))
}

pub fn run() -> Vec<String> {
    let mut lines = places();
    lines.extend([from_pointer(), by_casts(), in_a_union(), slices(), plain_writes(), statics()]);
    lines
}
