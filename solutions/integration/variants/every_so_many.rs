//! Variant: every thread takes each `threads`th point, and all of them start together at a barrier.

use std::sync::Barrier;
use std::thread;

use crossbeam_channel::bounded;
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

pub fn integrate_threads(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize, threads: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    let f = &f;
    let threads = threads.clamp(1, n);
    let start = &Barrier::new(threads);
    let (sender, receiver) = bounded(threads);
    thread::scope(|scope| {
        for thread in 0..threads {
            let sender = sender.clone();
            scope.spawn(move || {
                start.wait();
                let part: f64 = (thread..n).step_by(threads).map(|i| f(a + i as f64 * dx)).sum();
                sender.send(part).unwrap();
            });
        }
    });
    drop(sender);
    receiver.try_iter().sum::<f64>() * dx
}

pub fn integrate_rayon(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    (0..n)
        .into_par_iter()
        .map(|i| f(a + i as f64 * dx))
        .reduce(|| 0.0, |one, other| one + other)
        * dx
}
