//! Mistake: a worker reads which input is the next and then writes down the one after it. Between the two steps another
//! worker may read the same, and both call `f` with it.
//!
//! Fails: `pool_map_calls_f_once_for_each_input` with `race`.
//! May fail: `exactly_the_workers_call_at_once` with `wrong_result`.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
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
    let next = AtomicU32::new(inputs.start);
    let values: Mutex<Vec<Option<T>>> = Mutex::new(inputs.clone().map(|_| None).collect());
    let (f, next, values_ref, inputs_ref) = (&f, &next, &values, &inputs);
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(move || {
                loop {
                    let input = next.load(Ordering::SeqCst);
                    if !inputs_ref.contains(&input) {
                        break;
                    }
                    next.store(input + 1, Ordering::SeqCst);
                    let value = f(input);
                    values_ref.lock().unwrap()[(input - inputs_ref.start) as usize] = Some(value);
                }
            });
        }
    });
    let values = values.into_inner().unwrap();
    values.into_iter().map(|value| value.expect("every input was taken")).collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
