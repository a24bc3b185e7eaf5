//! Mistake: there is no atomic `f64`, so its bits are loaded, added to and stored: three steps, between which another
//! thread may come.
//!
//! Fails: `every_interleaving_gives_the_sum` with `race`.
//! May fail: `the_points_are_right_on_real_threads` with `wrong_result`.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

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
    let total = AtomicU64::new(0.0_f64.to_bits());
    thread::scope(|scope| {
        for share in shares(n, threads.max(1)) {
            let total = &total;
            scope.spawn(move || {
                let part: f64 = share.map(|i| f(a + i as f64 * dx)).sum();
                let so_far = f64::from_bits(total.load(Ordering::SeqCst));
                total.store((so_far + part).to_bits(), Ordering::SeqCst);
            });
        }
    });
    f64::from_bits(total.into_inner()) * dx
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
