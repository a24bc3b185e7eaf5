//! Mistake: the caller hands each input over at a rendezvous, but keeps the receiver alive itself. Once the last worker
//! has panicked, nobody comes to take the next input, and the caller waits for ever.
//!
//! Fails: `a_panic_reaches_the_caller` with `deadlock`.

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
    let (sender, receiver) = mpsc::sync_channel(0);
    let receiver = Mutex::new(receiver);
    let values = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(|| {
                loop {
                    let next = receiver.lock().unwrap().recv();
                    let Ok((index, input)) = next else { break };
                    let value = f(input);
                    values.lock().unwrap().push((index, value));
                }
            });
        }
        for next in inputs.enumerate() {
            sender.send(next).unwrap();
        }
        drop(sender);
    });
    let mut values = values.into_inner().unwrap();
    values.sort_by_key(|(index, _)| *index);
    values.into_iter().map(|(_, value)| value).collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
