//! Mistake: a lock around the whole call lets one call in at a time.
//!
//! Fails: `exactly_the_workers_call_at_once` with `not_concurrent`.

use std::ops::Range;
use std::sync::Mutex;

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
static ONE: Mutex<()> = Mutex::new(());
pub fn pool_map<T: Send>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let _one = ONE.lock().unwrap_or_else(|e| e.into_inner());
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(workers.max(1))
        .build()
        .unwrap();
    pool.install(|| inputs.into_par_iter().map(&f).collect())
}
