//! Variant: a slot for each value, which all threads may look at: that takes `Sync`, which the signature does not
//! promise.

use std::ops::Range;
use std::sync::{Mutex, OnceLock};
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

pub fn pool_map<T: Send + Sync>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Send + Sync) -> Vec<T> {
    let values: Vec<OnceLock<T>> = inputs.clone().map(|_| OnceLock::new()).collect();
    let inputs = Mutex::new(inputs.enumerate());
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(|| {
                loop {
                    let next = inputs.lock().unwrap().next();
                    let Some((index, input)) = next else { break };
                    let value = f(input);
                    assert!(values[index].set(value).is_ok());
                }
            });
        }
    });
    values.into_iter().filter_map(OnceLock::into_inner).collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
