//! Mistake: the cache of known numbers stays locked while the function calls itself and waits for the lock for ever.
//!
//! Fails: `fib_is_right` with `deadlock`.
//! Fails: `fib_sequence_keeps_order` with `deadlock`.
//! Fails: `fib_pool_gives_the_same_numbers` with `deadlock`.
//! Fails: `exactly_the_workers_call_at_once` with `deadlock`.
//! Fails: `program_prints_both_times` with `deadlock`.
//! Fails: `the_threads_are_gone_afterwards` with `deadlock`.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{LazyLock, Mutex};

use num_bigint::BigUint;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

static KNOWN: LazyLock<Mutex<HashMap<u32, BigUint>>> = LazyLock::new(Mutex::default);

pub fn fib(n: u32) -> BigUint {
    if n < 2 {
        return BigUint::from(n);
    }
    let mut known = KNOWN.lock().unwrap();
    if let Some(number) = known.get(&n) {
        return number.clone();
    }
    let number = fib(n - 1) + fib(n - 2);
    known.insert(n, number.clone());
    number
}

pub fn fib_sequence(inputs: Range<u32>) -> Vec<BigUint> {
    inputs.map(fib).collect()
}

pub fn pool_map<T: Send>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let pool = ThreadPoolBuilder::new().num_threads(workers.max(1)).build().unwrap();
    pool.install(|| inputs.into_par_iter().map(&f).collect())
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
