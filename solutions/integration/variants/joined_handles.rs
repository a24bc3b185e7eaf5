//! Variant: the threads return their parts; superfluous threads exist and do nothing; rayon folds.

use std::panic;
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
    let threads = threads.max(1);
    thread::scope(|scope| {
        let bound = |thread| thread * n / threads;
        let threads: Vec<_> = (0..threads)
            .map(|thread| {
                let share = bound(thread)..bound(thread + 1);
                scope.spawn(move || share.map(|i| f(a + i as f64 * dx)).sum::<f64>())
            })
            .collect();
        let mut sum = 0.0;
        for thread in threads {
            sum += thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
        }
        sum * dx
    })
}

pub fn integrate_rayon(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    (0..n)
        .into_par_iter()
        .fold(|| 0.0, |sum, i| sum + f(a + i as f64 * dx))
        .sum::<f64>()
        * dx
}
