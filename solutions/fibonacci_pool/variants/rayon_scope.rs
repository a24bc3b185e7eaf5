//! Variant: rayon's scope with a task for each input, each with a place of its own for its value.

use std::ops::Range;

use num_bigint::BigUint;
use rayon::ThreadPoolBuilder;

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
    let mut values: Vec<Option<T>> = inputs.clone().map(|_| None).collect();
    let f = &f;
    let pool = ThreadPoolBuilder::new().num_threads(workers.max(1)).build().unwrap();
    pool.scope(|scope| {
        for (input, place) in inputs.zip(&mut values) {
            scope.spawn(move |_| *place = Some(f(input)));
        }
    });
    values.into_iter().flatten().collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
