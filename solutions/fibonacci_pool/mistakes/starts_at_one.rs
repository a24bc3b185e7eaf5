//! Mistake: the sequence starts with 1, 1, 2, as some books have it, so every number is one place early.
//!
//! Fails: `fib_is_right` with `wrong_result`.
//! Fails: `fib_sequence_keeps_order` with `wrong_result`.
//! Fails: `fib_pool_gives_the_same_numbers` with `wrong_result`.
//! Fails: `program_prints_both_times` with `wrong_output`.

use std::ops::Range;

use num_bigint::BigUint;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

/// Two neighbours walk up the sequence.
pub fn fib(n: u32) -> BigUint {
    let (mut a, mut b) = (BigUint::from(1u32), BigUint::from(1u32));
    for _ in 0..n {
        let next = &a + &b;
        a = b;
        b = next;
    }
    a
}

pub fn fib_sequence(inputs: Range<u32>) -> Vec<BigUint> {
    inputs.map(fib).collect()
}

pub fn pool_map<T: Send>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let pool = ThreadPoolBuilder::new().num_threads(workers.max(1)).build().unwrap();
    pool.install(|| inputs.into_par_iter().map(&f).collect())
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
