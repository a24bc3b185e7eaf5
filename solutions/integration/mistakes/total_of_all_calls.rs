//! Mistake: the total is a static that no call sets back, so the second call returns the sum of both.
//!
//! Fails: `every_interleaving_gives_the_sum` with `wrong_result`.
//! Fails: `program_prints_the_table` with `wrong_output`.
//! Fails: `the_points_are_right_on_real_threads` with `wrong_result`.

use std::ops::Range;
use std::sync::Mutex;
use std::thread;

use rayon::prelude::*;

static TOTAL: Mutex<f64> = Mutex::new(0.0);

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
    thread::scope(|scope| {
        for share in shares(n, threads.max(1)) {
            scope.spawn(move || {
                let part: f64 = share.map(|i| f(a + i as f64 * dx)).sum();
                *TOTAL.lock().unwrap() += part * dx;
            });
        }
    });
    *TOTAL.lock().unwrap()
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
