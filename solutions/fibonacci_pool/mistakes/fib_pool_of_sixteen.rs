//! Mistake: `fib_pool` has at most sixteen workers, as if nobody had more processors.
//!
//! Fails: `fib_pool_gives_the_same_numbers` with `not_concurrent`.

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
    let inputs = Mutex::new(inputs.enumerate());
    let values = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(|| {
                loop {
                    let next = inputs.lock().unwrap().next();
                    let Some((index, input)) = next else { break };
                    let value = f(input);
                    values.lock().unwrap().push((index, value));
                }
            });
        }
    });
    let mut values = values.into_inner().unwrap();
    values.sort_by_key(|(index, _)| *index);
    values.into_iter().map(|(_, value)| value).collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers.min(16), inputs, fib)
}
