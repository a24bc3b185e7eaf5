//! Variant: a pool of rayon that ends with its scope.

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
    pool_map(workers, inputs, fib)
}
pub fn pool_map<T: Send>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(workers.max(1))
        .thread_name(|i| format!("fib {i}"))
        .stack_size(4 << 20)
        .build_scoped(
            |t| t.run(),
            |pool| pool.install(|| inputs.into_par_iter().with_max_len(1).map(&f).collect()),
        )
        .unwrap()
}
