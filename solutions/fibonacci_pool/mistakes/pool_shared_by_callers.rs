//! Mistake: two calls at the same time share a pool if they want as many workers.
//!
//! Fails: `exactly_the_workers_call_at_once` with `not_concurrent`.

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

static POOLS: Mutex<Vec<(usize, std::sync::Weak<rayon::ThreadPool>)>> = Mutex::new(Vec::new());
pub fn pool_map<T: Send>(workers: usize, inputs: Range<u32>, f: impl Fn(u32) -> T + Sync) -> Vec<T> {
    // Callers at the same time share a pool of the same size.
    let pool = {
        let mut pools = POOLS.lock().unwrap();
        match pools.iter().find(|p| p.0 == workers).and_then(|p| p.1.upgrade()) {
            Some(p) => p,
            None => {
                let p = std::sync::Arc::new(
                    rayon::ThreadPoolBuilder::new()
                        .num_threads(workers.max(1))
                        .build()
                        .unwrap(),
                );
                pools.push((workers, std::sync::Arc::downgrade(&p)));
                pools.retain(|p| p.1.strong_count() > 0);
                p
            }
        }
    };
    pool.install(|| inputs.into_par_iter().map(&f).collect())
}
