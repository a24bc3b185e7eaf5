//! Reads the value of an atomic through a pointer to the atomic, as programs do that know that both begin at one place.
//!
//! Compiled by the test `drop_in` against the real `std` and against the modelled one: `run` must return the same.

use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Ordering::SeqCst};

/// The value at the place of `atomic`.
fn at_the_place_of<A, T: Copy>(atomic: &A) -> T {
    let place: *const A = atomic;
    // SAFETY: an atomic has the bit validity of its integer, and one thread runs.
    unsafe { *place.cast::<T>() }
}

struct Pair {
    small: AtomicU8,
    large: AtomicU64,
}

pub fn run() -> Vec<String> {
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
    ]
}
