//! Mistake: the threads of rayon add to one total, which they read and write back in two steps.
//!
//! Fails: `rayon_gives_the_same_sum` with `race`.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
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
    let total = AtomicU64::new(0.0_f64.to_bits());
    // Chunks, so that adding does not cost more than evaluating.
    (0..n.div_ceil(512)).into_par_iter().for_each(|chunk| {
        let points = chunk * 512..((chunk + 1) * 512).min(n);
        let part: f64 = points.map(|i| f(a + i as f64 * dx)).sum();
        let before = f64::from_bits(total.load(Ordering::SeqCst));
        total.store((before + part).to_bits(), Ordering::SeqCst);
    });
    f64::from_bits(total.into_inner()) * dx
}
