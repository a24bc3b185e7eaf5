//! Mistake: the threads are started and joined in one chain of iterators, which are lazy: each is joined before the
//! next one starts.
//!
//! Fails: `pool_map_calls_f_once_for_each_input` with `panic`.
//! Fails: `as_many_workers_as_asked_for` with `not_concurrent`.
//! Fails: `exactly_the_workers_call_at_once` with `not_concurrent`.

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

pub fn pool_map<T: Send>(_workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let f = &f;
    thread::scope(|scope| {
        inputs
            .map(|input| scope.spawn(move || f(input)))
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
