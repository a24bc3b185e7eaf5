//! Mistake: the inputs are divided evenly among the workers, and what is left over is forgotten.
//!
//! Fails: `pool_map_calls_f_once_for_each_input` with `wrong_result`.
//! Fails: `fib_pool_gives_the_same_numbers` with `wrong_result`.
//! Fails: `exactly_the_workers_call_at_once` with `wrong_result`.

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
    let workers = workers.max(1) as u32;
    let share = inputs.end.saturating_sub(inputs.start) / workers;
    let f = &f;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|worker| {
                let start = inputs.start + worker * share;
                scope.spawn(move || (start..start + share).map(f).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
