//! Variant: scoped threads with a contiguous share of the inputs each, put together in the order of the shares.

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
    let (n_inputs, workers) = (inputs.len(), workers.max(1));
    let f = &f;
    thread::scope(|scope| {
        let share = |worker: usize| inputs.start + (n_inputs * worker / workers) as u32;
        let threads: Vec<_> = (0..workers)
            .map(|worker| (share(worker), share(worker + 1)))
            .map(|(start, end)| scope.spawn(move || (start..end).map(f).collect::<Vec<T>>()))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
