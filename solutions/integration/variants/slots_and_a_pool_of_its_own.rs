//! Variant: each thread writes to a slot of its own and compensates for rounding; rayon gets a pool of its own.

use std::ops::Range;
use std::thread;

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

/// A sum that keeps what rounding takes away (W. Kahan, Further remarks on reducing truncation errors, 1965).
fn compensated(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0, 0.0);
    for value in values {
        let value = value - lost;
        let next: f64 = sum + value;
        lost = (next - sum) - value;
        sum = next;
    }
    sum
}

pub fn integrate(f: impl Fn(f64) -> f64, a: f64, b: f64, n: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    compensated((0..n).map(|i| f(a + i as f64 * dx))) * dx
}

pub fn integrate_threads(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize, threads: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    let f = &f;
    let shares = shares(n, threads.max(1));
    let mut parts = vec![0.0; shares.len()];
    thread::scope(|scope| {
        for (number, (share, part)) in shares.into_iter().zip(&mut parts).enumerate() {
            let thread = thread::Builder::new().name(format!("part {number}"));
            let work = move || *part = compensated(share.map(|i| f(a + i as f64 * dx)));
            thread.spawn_scoped(scope, work).unwrap();
        }
    });
    compensated(parts.into_iter()) * dx
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
    let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    pool.install(|| {
        (0..n)
            .into_par_iter()
            .with_min_len(64)
            .map(|i| f(a + i as f64 * dx))
            .sum::<f64>()
    }) * dx
}
