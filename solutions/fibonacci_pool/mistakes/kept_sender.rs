//! Mistake: the caller keeps a sender of its own, so the receiver waits for values for ever.
//!
//! Fails: `pool_map_calls_f_once_for_each_input` with `deadlock`.
//! Fails: `as_many_workers_as_asked_for` with `deadlock`.
//! Fails: `exactly_the_workers_call_at_once` with `deadlock`.
//! Fails: `results_keep_the_order_of_inputs` with `deadlock`.
//! Fails: `a_panic_reaches_the_caller` with `deadlock`.
//! Fails: `the_threads_are_gone_afterwards` with `deadlock`.
//! Fails: `fib_pool_gives_the_same_numbers` with `deadlock`.
//! Fails: `program_prints_both_times` with `deadlock`.

use std::ops::Range;
use std::sync::{Mutex, mpsc};
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
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            let sender = sender.clone();
            scope.spawn(|| {
                let sender = sender;
                loop {
                    let next = inputs.lock().unwrap().next();
                    let Some((index, input)) = next else { break };
                    sender.send((index, f(input))).unwrap();
                }
            });
        }
        let mut values: Vec<_> = receiver.iter().collect();
        values.sort_by_key(|(index, _)| *index);
        values.into_iter().map(|(_, value)| value).collect()
    })
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
