//! Fibonacci numbers, one after the other, and then with a pool of threads.
//!
//! The statement is in `README.md`; `cargo run -p fibonacci_pool` runs what you write here, and
//! `cargo xtask grade fibonacci_pool` grades it.

use std::ops::Range;

use num_bigint::BigUint;

/// The Fibonacci number `n`: 0, 1, 1, 2, 3, 5, 8, … counted from 0.
///
/// `fib(93)` is the last that fits 64 bits, and `fib(1000)` has 209 digits.
//
// Worth a look in the documentation of num-bigint: `BigUint::from(0u32)` and `BigUint::ZERO`;
// `+` takes references (`&a + &b`). `std::mem::swap` exchanges two values.
pub fn fib(n: u32) -> BigUint {
    todo!("the Fibonacci number {n}")
}

/// The Fibonacci numbers of all `inputs`, in their order, one after the other.
//
// A `Range<u32>` is an iterator: `map` and `collect`. A `map` that is not consumed does nothing.
pub fn fib_sequence(inputs: Range<u32>) -> Vec<BigUint> {
    todo!("the Fibonacci numbers of {inputs:?}")
}

/// Calls `f` with each of `inputs` on a pool of `workers` threads and returns the results, in the
/// order of the inputs.
///
/// The pool belongs to this call: its threads are gone when the call is over.
//
// Worth a look in the documentation of rayon: `ThreadPoolBuilder::num_threads`,
// `ThreadPool::install`, `IntoParallelIterator` in `rayon::prelude`. What runs inside `install`
// uses that pool; anywhere else, rayon uses a pool of its own with a thread for each processor.
pub fn pool_map<T: Send>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let _ = f;
    todo!("what `f` makes of {inputs:?}, on {workers} workers")
}

/// The Fibonacci numbers of all `inputs`, in their order, on a pool of `workers` threads.
pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    todo!("the Fibonacci numbers of {inputs:?} on {workers} workers")
}
