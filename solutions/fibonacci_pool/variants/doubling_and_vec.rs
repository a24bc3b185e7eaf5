//! Variant: `fib` by doubling, and a vector of inputs for rayon's parallel iterator.

use std::ops::Range;

use num_bigint::BigUint;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

/// Both fib(n) and fib(n + 1), from those of half of n.
fn neighbours(n: u32) -> (BigUint, BigUint) {
    if n == 0 {
        return (BigUint::from(0u32), BigUint::from(1u32));
    }
    let (a, b) = neighbours(n / 2);
    let even = &a * (&b * 2u32 - &a);
    let odd = &a * &a + &b * &b;
    if n.is_multiple_of(2) {
        (even, odd)
    } else {
        let next = &even + &odd;
        (odd, next)
    }
}

pub fn fib(n: u32) -> BigUint {
    neighbours(n).0
}

pub fn fib_sequence(inputs: Range<u32>) -> Vec<BigUint> {
    inputs.map(fib).collect()
}

pub fn pool_map<T: Send>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    if inputs.is_empty() {
        return Vec::new();
    }
    let inputs: Vec<u32> = inputs.collect();
    let n_threads = workers.clamp(1, inputs.len());
    let pool = ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
    pool.install(|| inputs.par_iter().map(|&input| f(input)).collect())
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
