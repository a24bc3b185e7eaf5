//! The public items that the exercise promises, with their types.
//!
//! A submission that lacks one does not compile against this file, which is how the grader learns that it is missing.

use std::ops::Range;

use num_bigint::BigUint;

const _: fn(u32) -> BigUint = fibonacci_pool::fib;
const _: fn(Range<u32>) -> Vec<BigUint> = fibonacci_pool::fib_sequence;
const _: fn(usize, Range<u32>) -> Vec<BigUint> = fibonacci_pool::fib_pool;

/// Calls `pool_map` as generically as it is promised.
pub(crate) fn pool_map<T: Send>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    fibonacci_pool::pool_map(workers, inputs, f)
}
