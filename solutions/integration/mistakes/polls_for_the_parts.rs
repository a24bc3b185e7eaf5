//! Mistake: the caller checks again and again whether a part has come, instead of sleeping until one has.
//!
//! Fails: `every_interleaving_gives_the_sum` with `busy_wait`.
//! Fails: `all_threads_can_evaluate_at_once` with `busy_wait`.
//! Fails: `exactly_the_threads_evaluate_at_once` with `busy_wait`.

use std::ops::Range;
use std::thread;

use crossbeam_channel::{TryRecvError, unbounded};
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
        for share in shares(n, threads.max(1)) {
            let sender = sender.clone();
            scope.spawn(move || {
                let part: f64 = share.map(|i| f(a + i as f64 * dx)).sum();
                sender.send(part).unwrap();
            });
        }
        drop(sender);
        let mut sum = 0.0;
        loop {
            match receiver.try_recv() {
                Ok(part) => sum += part,
                Err(TryRecvError::Empty) => thread::yield_now(),
                Err(TryRecvError::Disconnected) => break sum * dx,
            }
        }
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
