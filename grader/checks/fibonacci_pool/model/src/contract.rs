//! The public items that the exercise promises, with their types.
//!
//! A submission that lacks one does not compile against this file, which is how the grader learns that it is missing.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

use std::ops::Range;
use std::panic::{RefUnwindSafe, UnwindSafe};

use num_bigint::BigUint;

const _: fn(u32) -> BigUint = |n| fibonacci_pool::fib(n);
const _: fn(Range<u32>) -> Vec<BigUint> = |inputs| fibonacci_pool::fib_sequence(inputs);
const _: fn(usize, Range<u32>) -> Vec<BigUint> = |workers, inputs| fibonacci_pool::fib_pool(workers, inputs);

/// What the functions and values of the checks are beyond what is promised: a submission may ask for it.
pub(crate) trait Auto: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe {}

impl<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe> Auto for T {}

/// Calls `pool_map` as generically as it is promised, but for [`Auto`].
pub(crate) fn pool_map<T: Auto, F: Fn(u32) -> T + Auto>(workers: usize, inputs: Range<u32>, f: F) -> Vec<T> {
    fibonacci_pool::pool_map(workers, inputs, f)
}
