//! Mistake: `fib_pool` gives the right numbers, computed one after the other by the thread that calls it.
//!
//! Fails: `fib_pool_gives_the_same_numbers` with `not_concurrent`.
//! Fails: `exactly_the_workers_call_at_once` with `not_concurrent`.

use std::ops::Range;

use num_bigint::BigUint;
use rayon::prelude::*;

pub fn fib(n: u32) -> BigUint {
    let (mut a, mut b) = (BigUint::ZERO, BigUint::from(1u32));
    for _ in 0..n {
        a += &b;
        std::mem::swap(&mut a, &mut b);
    }
    a
}

pub fn fib_sequence(inputs: Range<u32>) -> Vec<BigUint> {
    inputs.map(fib).collect()
}
pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    {
        let _ = workers;
        fib_sequence(inputs)
    }
}
pub fn pool_map<T: Send>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(workers.max(1))
        .build()
        .unwrap();
    pool.install(|| inputs.into_par_iter().map(&f).collect())
}
