//! Mistake: the place of a value is kept in 16 bits, so that those of many inputs are mixed up.
//!
//! Fails: `pool_map_calls_f_once_for_each_input` with `wrong_result`.

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
    let values: Mutex<Vec<(u16, T)>> = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(|| {
                loop {
                    let next = inputs.lock().unwrap().next();
                    let Some((index, input)) = next else { break };
                    let value = f(input);
                    values.lock().unwrap().push((index as u16, value));
                }
            });
        }
    });
    let mut values = values.into_inner().unwrap();
    values.sort_by_key(|(index, _)| *index);
    values.dedup_by_key(|(index, _)| *index);
    values.into_iter().map(|(_, value)| value).collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
