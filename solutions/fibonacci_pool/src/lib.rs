//! Fibonacci numbers, one after the other, and then with a pool of threads.

use std::ops::Range;

use num_bigint::BigUint;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

/// The Fibonacci number `n`: 0, 1, 1, 2, 3, 5, 8, … counted from 0.
pub fn fib(n: u32) -> BigUint {
    // Two neighbours walk up the sequence. The recursion of the textbook, `fib(n - 1) + fib(n - 2)`, computes the same
    // numbers again and again: `fib(50)` would take over 40 billion calls.
    let (mut this, mut next) = (BigUint::ZERO, BigUint::from(1u32));
    for _ in 0..n {
        this += &next;
        std::mem::swap(&mut this, &mut next);
    }
    this
}

/// The Fibonacci numbers of all `inputs`, in their order, one after the other.
pub fn fib_sequence(inputs: Range<u32>) -> Vec<BigUint> {
    inputs.map(fib).collect()
}

/// Calls `f` with each of `inputs` on a pool of `workers` threads and returns the results, in the order of the inputs.
///
/// # Panics
///
/// If `f` does, or the system has no threads left.
pub fn pool_map<T: Send>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    // Rayon takes 0 to mean as many threads as there are processors.
    let pool = ThreadPoolBuilder::new().num_threads(workers.max(1)).build();
    let pool = pool.expect("the system has threads left");
    // `install` runs the closure on a thread of the pool, and `into_par_iter` uses the pool of the thread that calls
    // it; without `install` that would be the global one. A parallel iterator over a range knows the place of each
    // value, so `collect` keeps the order, whichever is done first. `map` gets a reference to `f`, because `f` itself
    // need not be `Send`. A panic of `f` comes out of `install`. Dropping the pool at the end of this function ends its
    // threads.
    pool.install(|| inputs.into_par_iter().map(&f).collect())
}

/// The Fibonacci numbers of all `inputs`, in their order, on a pool of `workers` threads.
pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
