//! Mistake: the numbers are computed in 64 bits and converted at the end; beyond fib(93) that panics.
//!
//! Fails: `fib_is_right` with `panic`.
//! Fails: `fib_sequence_keeps_order` with `panic`.
//! Fails: `fib_pool_gives_the_same_numbers` with `panic`.
//! Fails: `exactly_the_workers_call_at_once` with `panic`.
//! Fails: `program_prints_both_times` with `panic`.

use std::ops::Range;

use num_bigint::BigUint;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

pub fn fib(n: u32) -> BigUint {
    let (mut a, mut b) = (0u64, 1u64);
    for _ in 0..n {
        (a, b) = (b, a + b);
    }
    BigUint::from(a)
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
