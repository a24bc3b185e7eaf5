//! Mistake: the caller looks ten times a second whether its threads are done, instead of sleeping until they are.
//!
//! Fails: `pool_map_calls_f_once_for_each_input` with `busy_wait`.
//! Fails: `exactly_the_workers_call_at_once` with `busy_wait`.

use std::ops::Range;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

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
        let mut threads = Vec::new();
        for _ in 0..workers.max(1) {
            threads.push(scope.spawn(|| {
                loop {
                    let next = inputs.lock().unwrap().next();
                    let Some((index, input)) = next else { break };
                    let value = f(input);
                    values.lock().unwrap().push((index, value));
                }
            }));
        }
        while !threads.iter().all(|thread| thread.is_finished()) {
            thread::sleep(Duration::from_millis(100));
        }
    });
    let mut values = values.into_inner().unwrap();
    values.sort_by_key(|(index, _)| *index);
    values.into_iter().map(|(_, value)| value).collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
