//! Mistake: the inputs are cut into chunks of the same size, rounded up, and some workers get none.
//!
//! Fails: `as_many_workers_as_asked_for` with `not_concurrent`.
//! Fails: `exactly_the_workers_call_at_once` with `not_concurrent`.
//! Fails: `fib_pool_gives_the_same_numbers` with `not_concurrent`.

use std::ops::Range;
use std::thread;

use num_bigint::BigUint;

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
    let inputs: Vec<u32> = inputs.collect();
    if inputs.is_empty() {
        return Vec::new();
    }
    let f = &f;
    thread::scope(|scope| {
        let chunks = inputs.chunks(inputs.len().div_ceil(workers.max(1)));
        let threads: Vec<_> = chunks
            .map(|chunk| scope.spawn(move || chunk.iter().map(|&input| f(input)).collect::<Vec<_>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
