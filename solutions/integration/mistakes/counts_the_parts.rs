//! Mistake: the caller receives exactly as many parts as there are shares; one that never comes, because `f` panicked,
//! is waited for.
//!
//! Fails: `a_panic_reaches_the_caller` with `deadlock`.
//! Fails: `exactly_the_threads_evaluate_at_once` with `deadlock`.

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
    let f = &f;
    let (sender, receiver) = unbounded();
    thread::scope(|scope| {
        let shares = shares(n, threads.max(1));
        let n_shares = shares.len();
        for share in shares {
            let sender = sender.clone();
            scope.spawn(move || {
                let part: f64 = share.map(|i| f(a + i as f64 * dx)).sum();
                sender.send(part).unwrap();
            });
        }
        let mut sum = 0.0;
        for _ in 0..n_shares {
            sum += receiver.recv().unwrap();
        }
        sum * dx
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
