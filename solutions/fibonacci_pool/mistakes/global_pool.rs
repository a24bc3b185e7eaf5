//! Mistake: the pool is built but never used: without `install`, rayon uses its global pool, which has a thread for
//! each processor and stays.
//!
//! Fails: `as_many_workers_as_asked_for` with `limit_exceeded`.
//! Fails: `exactly_the_workers_call_at_once` with `not_concurrent`.
//! Fails: `the_threads_are_gone_afterwards` with `thread_leak`.

use std::ops::Range;

use num_bigint::BigUint;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

/// Two neighbours walk up the sequence.
pub fn fib(n: u32) -> BigUint {
    let (mut a, mut b) = (BigUint::from(0u32), BigUint::from(1u32));
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
    let _pool = ThreadPoolBuilder::new().num_threads(workers.max(1)).build().unwrap();
    inputs.into_par_iter().map(&f).collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
