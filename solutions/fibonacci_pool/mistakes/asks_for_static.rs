//! Mistake: `pool_map` takes only what lives for ever, so a caller cannot lend it anything: `thread::spawn` asks for
//! that, and scoped threads do not.
//!
//! Fails: `build` with `missing_item`.

use std::ops::Range;
use std::sync::{Arc, Mutex};
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

pub fn pool_map<T: Send + 'static>(
    workers: usize,
    inputs: Range<u32>,
    f: impl Fn(u32) -> T + Send + Sync + 'static,
) -> Vec<T> {
    let (f, inputs) = (Arc::new(f), Arc::new(Mutex::new(inputs.enumerate())));
    let work = move || {
        let mut values = Vec::new();
        loop {
            let next = inputs.lock().unwrap().next();
            let Some((index, input)) = next else { return values };
            values.push((index, f(input)));
        }
    };
    let workers: Vec<_> = (0..workers.max(1)).map(|_| thread::spawn(work.clone())).collect();
    let mut values: Vec<_> = workers
        .into_iter()
        .flat_map(|worker| worker.join().unwrap())
        .collect();
    values.sort_by_key(|(index, _)| *index);
    values.into_iter().map(|(_, value)| value).collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
