//! Mistake: the workers push their values as they are done, and the first to be done comes first.
//!
//! Fails: `results_keep_the_order_of_inputs` with `race`.

use std::ops::Range;
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
    let values = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(|| {
                loop {
                    let Some(input) = inputs.lock().unwrap().next() else {
                        break;
                    };
                    let value = f(input);
                    values.lock().unwrap().push(value);
                }
            });
        }
    });
    values.into_inner().unwrap()
}

// The numbers grow, so sorting them gives the right order. It hides the mistake of `pool_map`.
pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    let mut numbers = pool_map(workers, inputs, fib);
    numbers.sort();
    numbers
}
