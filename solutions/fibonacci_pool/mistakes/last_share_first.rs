//! Mistake: the workers are joined from the last to the first, because `pop` takes from the end.
//!
//! Fails: `results_keep_the_order_of_inputs` with `race`.
//! Fails: `fib_pool_gives_the_same_numbers` with `wrong_result`.
//! Fails: `program_prints_both_times` with `wrong_output`.

use std::ops::Range;
use std::panic::resume_unwind;
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
    let f = &f;
    let (workers, n) = (workers.max(1), inputs.len());
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for worker in 0..workers {
            let share = n * worker / workers..n * (worker + 1) / workers;
            let share = inputs.start + share.start as u32..inputs.start + share.end as u32;
            threads.push(scope.spawn(move || share.map(f).collect::<Vec<T>>()));
        }
        let mut values = Vec::new();
        while let Some(thread) = threads.pop() {
            values.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        values
    })
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
