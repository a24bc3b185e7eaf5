//! Mistake: the caller checks again and again whether a value has come, instead of sleeping until one has.
//!
//! Fails: `pool_map_calls_f_once_for_each_input` with `busy_wait`.
//! Fails: `as_many_workers_as_asked_for` with `busy_wait`.
//! Fails: `exactly_the_workers_call_at_once` with `busy_wait`.
//! Fails: `results_keep_the_order_of_inputs` with `busy_wait`.

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
    let mut values = thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            let sender = sender.clone();
            let (inputs, f) = (&inputs, &f);
            scope.spawn(move || {
                loop {
                    let next = inputs.lock().unwrap().next();
                    let Some((index, input)) = next else { break };
                    sender.send((index, f(input))).unwrap();
                }
            });
        }
        drop(sender);
        let mut values = Vec::new();
        loop {
            match receiver.try_recv() {
                Ok(value) => values.push(value),
                Err(mpsc::TryRecvError::Empty) => thread::yield_now(),
                Err(mpsc::TryRecvError::Disconnected) => break values,
            }
        }
    });
    values.sort_by_key(|(index, _)| *index);
    values.into_iter().map(|(_, value)| value).collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
