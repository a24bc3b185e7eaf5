//! Mistake: there are never more threads than the machine has processors.
//!
//! Fails: `every_thread_does_its_share` with `wrong_result`.
//! Fails: `all_threads_can_evaluate_at_once` with `over_serialized`.
//! Fails: `exactly_the_threads_evaluate_at_once` with `not_concurrent`.

use std::ops::Range;
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

pub fn integrate_threads(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize, threads: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    let threads = threads.min(thread::available_parallelism().map_or(1, usize::from));
    let f = &f;
    let (sender, receiver) = unbounded();
    thread::scope(|scope| {
        for share in shares(n, threads.max(1)) {
            let sender = sender.clone();
            scope.spawn(move || {
                let part: f64 = share.map(|i| f(a + i as f64 * dx)).sum();
                sender.send(part).unwrap();
            });
        }
        drop(sender);
        receiver.iter().sum::<f64>() * dx
    })
}

/// `0..n` in `threads` pieces; the first `n % threads` have one point more.
fn shares(n: usize, threads: usize) -> Vec<Range<usize>> {
    let (least, rest) = (n / threads, n % threads);
    let start = |thread: usize| thread * least + thread.min(rest);
    (0..threads.min(n))
        .map(|thread| start(thread)..start(thread + 1))
        .collect()
}

pub fn integrate_rayon(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    (0..n).into_par_iter().map(|i| f(a + i as f64 * dx)).sum::<f64>() * dx
}
