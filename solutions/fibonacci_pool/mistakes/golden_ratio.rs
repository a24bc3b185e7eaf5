//! Mistake: Binet's formula in floating point is exact only for small numbers.
//!
//! Fails: `fib_is_right` with `wrong_result`.
//! Fails: `fib_sequence_keeps_order` with `wrong_result`.
//! Fails: `fib_pool_gives_the_same_numbers` with `wrong_result`.
//! Fails: `program_prints_both_times` with `wrong_output`.

use std::ops::Range;

use num_bigint::BigUint;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

pub fn fib(n: u32) -> BigUint {
    let phi = (1.0 + 5f64.sqrt()) / 2.0;
    let number = (phi.powi(n as i32) / 5f64.sqrt()).round();
    BigUint::from(number as u128)
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
