//! Mistake: a thread that cleans up is never told to end; its name is that of a line in Linux's `/proc/<pid>/status`.
//!
//! Fails: `pool_map_calls_f_once_for_each_input` with `thread_leak`.
//! Fails: `as_many_workers_as_asked_for` with `thread_leak`.
//! Fails: `results_keep_the_order_of_inputs` with `thread_leak`.
//! Fails: `a_panic_reaches_the_caller` with `thread_leak`.
//! Fails: `the_threads_are_gone_afterwards` with `thread_leak`.
//! Fails: `fib_pool_gives_the_same_numbers` with `thread_leak`.

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
    let cleaner = thread::Builder::new().name("ctxt_switches:".to_owned());
    let _ = cleaner.spawn(|| {
        loop {
            thread::park();
        }
    });
    let (next, values) = (Mutex::new(inputs.enumerate()), Mutex::new(Vec::new()));
    let work = || loop {
        let Some((index, input)) = next.lock().unwrap().next() else {
            break;
        };
        let value = f(input);
        values.lock().unwrap().push((index, value));
    };
    thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(work);
        }
    });
    let mut values = values.into_inner().unwrap();
    values.sort_by_key(|(index, _)| *index);
    values.into_iter().map(|(_, value)| value).collect()
}

pub fn fib_pool(workers: usize, inputs: Range<u32>) -> Vec<BigUint> {
    pool_map(workers, inputs, fib)
}
