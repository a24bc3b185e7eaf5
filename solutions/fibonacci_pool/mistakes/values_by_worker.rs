//! Mistake: the values are put together worker by worker. But the workers take their inputs from one queue, so a worker
//! may have values from between those of another.
//!
//! Fails: `results_keep_the_order_of_inputs` with `race`.

use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Mutex;
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
    let inputs = Mutex::new(inputs);
    let next = || inputs.lock().unwrap().next();
    let work = || {
        let mut values = Vec::new();
        while let Some(input) = next() {
            values.push(f(input));
        }
        values
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers.max(1)).map(|_| scope.spawn(work)).collect();
        let values = workers.into_iter().map(|worker| worker.join());
        values
            .flat_map(|values| values.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    })
}

// The numbers grow, so sorting them gives the right order. It hides the mistake of `pool_map`.
pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    let mut numbers = pool_map(workers, inputs, fib);
    numbers.sort();
    numbers
}
