//! Variant: scoped threads that draw numbers from an atomic and send values with their place through a channel.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
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
    let next = AtomicU64::new(u64::from(inputs.start));
    let (f, next) = (&f, &next);
    let mut values: Vec<Option<T>> = inputs.clone().map(|_| None).collect();
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..workers.max(1) {
            let (sender, end) = (sender.clone(), inputs.end);
            scope.spawn(move || {
                loop {
                    let input = next.fetch_add(1, Ordering::Relaxed);
                    // The counter goes on beyond the last input, so it has more bits than that.
                    let Ok(input) = u32::try_from(input) else { break };
                    if input >= end || sender.send((input, f(input))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (input, value) in receiver {
            values[(input - inputs.start) as usize] = Some(value);
        }
    });
    values
        .into_iter()
        .map(|value| value.expect("the scope panicked if a value is missing"))
        .collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
