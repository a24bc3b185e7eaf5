//! Variant: the caller hands each input over at a rendezvous. The workers own the receiver, so `send` fails once the
//! last of them has panicked.

use std::ops::Range;
use std::sync::{Arc, Mutex, mpsc};
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
    let (sender, receiver) = mpsc::sync_channel(0);
    let receiver = Arc::new(Mutex::new(receiver));
    let (values, f) = (Mutex::new(Vec::new()), &f);
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            let (receiver, values) = (Arc::clone(&receiver), &values);
            scope.spawn(move || {
                loop {
                    let next = receiver.lock().unwrap().recv();
                    let Ok((index, input)) = next else { break };
                    let value = f(input);
                    values.lock().unwrap().push((index, value));
                }
            });
        }
        drop(receiver);
        for next in inputs.enumerate() {
            if sender.send(next).is_err() {
                break;
            }
        }
        // The scope joins the workers, which end when there is no sender, and passes a panic on.
        drop(sender);
    });
    let mut values = values.into_inner().unwrap();
    values.sort_by_key(|(index, _)| *index);
    values.into_iter().map(|(_, value)| value).collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
