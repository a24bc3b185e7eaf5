//! Mistake: the lock around the values is held while `rayon::join` runs. A thread that waits in `join` runs other jobs
//! meanwhile, and one of them wants the lock that this very thread holds.
//!
//! Fails: `pool_map_calls_f_once_for_each_input` with `deadlock`.
//! Fails: `as_many_workers_as_asked_for` with `not_concurrent`.
//! Fails: `exactly_the_workers_call_at_once` with `not_concurrent`.
//! Fails: `results_keep_the_order_of_inputs` with `deadlock`.
//! Fails: `a_panic_reaches_the_caller` with `deadlock`.
//! Fails: `fib_pool_gives_the_same_numbers` with `deadlock`.
//! May fail: `the_threads_are_gone_afterwards` with `deadlock`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use num_bigint::BigUint;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

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
    let pool = ThreadPoolBuilder::new().num_threads(workers.max(1)).build().unwrap();
    let values = Mutex::new(BTreeMap::new());
    let n_calls = AtomicU32::new(0);
    pool.install(|| {
        inputs.into_par_iter().for_each(|input| {
            let mut values = values.lock().unwrap();
            let count = || n_calls.fetch_add(1, Ordering::Relaxed);
            let (value, _) = rayon::join(|| f(input), count);
            values.insert(input, value);
        });
    });
    values.into_inner().unwrap().into_values().collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
