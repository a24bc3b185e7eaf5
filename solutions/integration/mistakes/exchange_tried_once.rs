//! Mistake: a compare-exchange that fails is not tried again: the part is added to the value that it saw and stored,
//! and what came in between is lost.
//!
//! Fails: `every_interleaving_gives_the_sum` with `race`.
//! May fail: `the_points_are_right_on_real_threads` with `wrong_result`.

pub fn integrate(f: impl Fn(f64) -> f64, a: f64, b: f64, n: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    (0..n).map(|i| f(a + i as f64 * dx)).sum::<f64>() * dx
}

pub fn integrate_rayon(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize) -> f64 {
    use rayon::prelude::*;
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    (0..n).into_par_iter().map(|i| f(a + i as f64 * dx)).sum::<f64>() * dx
}

fn shares(n: usize, threads: usize) -> Vec<std::ops::Range<usize>> {
    let (least, rest) = (n / threads, n % threads);
    let mut start = 0;
    (0..threads.min(n))
        .map(|t| {
            let end = start + least + usize::from(t < rest);
            let s = start..end;
            start = end;
            s
        })
        .collect()
}
pub fn integrate_threads(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize, threads: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    let threads = threads.max(1);
    let f = &f;

    use std::sync::atomic::{AtomicU64, Ordering::*};
    let total = AtomicU64::new(0f64.to_bits());
    std::thread::scope(|s| {
        for share in shares(n, threads) {
            let total = &total;
            s.spawn(move || {
                let part: f64 = share.map(|i| f(a + i as f64 * dx)).sum();
                let mut seen = total.load(SeqCst);
                if let Err(now) = total.compare_exchange(seen, (f64::from_bits(seen) + part).to_bits(), SeqCst, SeqCst)
                {
                    seen = now;
                    total.store((f64::from_bits(seen) + part).to_bits(), SeqCst);
                }
            });
        }
    });
    f64::from_bits(total.into_inner()) * dx
}
