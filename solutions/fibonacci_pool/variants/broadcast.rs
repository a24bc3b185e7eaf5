//! Variant: every thread of the pool runs the same closure, which takes inputs from a counter.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use num_bigint::BigUint;

pub fn fib(n: u32) -> BigUint {
    fn pair(n: u32) -> (BigUint, BigUint) {
        // F(n), F(n+1) by doubling
        if n == 0 {
            return (BigUint::ZERO, BigUint::from(1u32));
        }
        let (a, b) = pair(n / 2);
        let c = &a * (&b * 2u32 - &a);
        let d = &a * &a + &b * &b;
        if n % 2 == 0 {
            (c, d)
        } else {
            let e = &c + &d;
            (d, e)
        }
    }
    pair(n).0
}

pub fn fib_sequence(inputs: Range<u32>) -> Vec<BigUint> {
    inputs.map(fib).collect()
}
pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
pub fn pool_map<T: Send>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    if inputs.is_empty() {
        return vec![];
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(workers.max(1))
        .build()
        .unwrap();
    let next = AtomicUsize::new(0);
    let parts: Vec<Vec<(usize, T)>> = pool.broadcast(|_| {
        std::iter::from_fn(|| {
            let i = next.fetch_add(1, SeqCst);
            (i < inputs.len()).then(|| (i, f(inputs.start + i as u32)))
        })
        .collect()
    });
    let mut all: Vec<_> = parts.into_iter().flatten().collect();
    all.sort_unstable_by_key(|p| p.0);
    all.into_iter().map(|p| p.1).collect()
}
