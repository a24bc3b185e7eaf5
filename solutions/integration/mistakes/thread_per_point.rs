//! Mistake: there is a thread for each point, however many threads were asked for.
//!
//! Fails: `every_interleaving_gives_the_sum` with `panic`.
//! Fails: `every_thread_does_its_share` with `limit_exceeded`.
//! Fails: `exactly_the_threads_evaluate_at_once` with `limit_exceeded`.
//! May fail: `two_threads_share_the_computing` with `panic`.
//! Fails: `program_prints_the_table` with `panic`.

use std::thread;

use crossbeam_channel::unbounded;
use rayon::prelude::*;

pub fn integrate(f: impl Fn(f64) -> f64, a: f64, b: f64, n: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    let mut sum = 0.0;
    for i in 0..n {
        sum += f(a + i as f64 * dx);
    }
    sum * dx
}

pub fn integrate_threads(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize, _threads: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    let f = &f;
    let (sender, receiver) = unbounded();
    thread::scope(|scope| {
        for i in 0..n {
            let sender = sender.clone();
            scope.spawn(move || sender.send(f(a + i as f64 * dx)).unwrap());
        }
        drop(sender);
        receiver.iter().sum::<f64>() * dx
    })
}

pub fn integrate_rayon(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    (0..n).into_par_iter().map(|i| f(a + i as f64 * dx)).sum::<f64>() * dx
}
