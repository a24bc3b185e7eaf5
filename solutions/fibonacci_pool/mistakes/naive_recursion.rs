//! Mistake: the recursion of the textbook, which computes the same numbers again and again.
//!
//! Fails: `fib_is_right` with `timeout`.
//! Fails: `fib_sequence_keeps_order` with `timeout`.
//! Fails: `fib_pool_gives_the_same_numbers` with `timeout`.
//! Fails: `exactly_the_workers_call_at_once` with `timeout`.
//! Fails: `program_prints_both_times` with `timeout`.

use std::ops::Range;

use num_bigint::BigUint;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

pub fn fib(n: u32) -> BigUint {
    if n < 2 {
        BigUint::from(n)
    } else {
        fib(n - 1) + fib(n - 2)
    }
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
