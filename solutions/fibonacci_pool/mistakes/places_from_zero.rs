//! Mistake: there is a place for each number up to the last input, and not for each input.
//!
//! Fails: `pool_map_calls_f_once_for_each_input` with `memory_limit`.

use std::ops::Range;
use std::sync::Mutex;

use num_bigint::BigUint;
use rayon::prelude::*;

pub fn fib(n: u32) -> BigUint {
    let (mut a, mut b) = (BigUint::ZERO, BigUint::from(1u32));
    for _ in 0..n {
        a += &b;
        std::mem::swap(&mut a, &mut b);
    }
    a
}

pub fn fib_sequence(inputs: Range<u32>) -> Vec<BigUint> {
    inputs.map(fib).collect()
}
pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
pub fn pool_map<T: Send>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    let slots: Vec<Mutex<Option<T>>> = (0..inputs.end).map(|_| Mutex::new(None)).collect();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(workers.max(1))
        .build()
        .unwrap();
    pool.install(|| {
        inputs.clone().into_par_iter().for_each(|i| {
            let v = f(i);
            *slots[i as usize].lock().unwrap() = Some(v);
        })
    });
    slots.into_iter().filter_map(|s| s.into_inner().unwrap()).collect()
}
