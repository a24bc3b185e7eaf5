//! Mistake: the lock around the total is held while `rayon::join` runs. A thread that waits in `join` runs other jobs
//! meanwhile, and one of them wants the lock that this very thread holds.
//!
//! Fails: `rayon_gives_the_same_sum` with `deadlock`.
//! May fail: `the_points_are_right_on_real_threads` with `deadlock`.

use std::ops::Range;
use std::sync::Mutex;
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
    let total = Mutex::new(0.0);
    let value = |i: usize| f(a + i as f64 * dx);
    // Two points at a time.
    (0..n.div_ceil(2)).into_par_iter().for_each(|pair| {
        let mut total = total.lock().unwrap();
        let second = || if 2 * pair + 1 < n { value(2 * pair + 1) } else { 0.0 };
        let (first, second) = rayon::join(|| value(2 * pair), second);
        *total += first + second;
    });
    total.into_inner().unwrap() * dx
}
