//! Mistake: if `a` equals `b` there is no area, so `f` is never called.
//!
//! Fails: `every_interleaving_gives_the_sum` with `wrong_result`.
//! Fails: `the_points_are_right_on_real_threads` with `wrong_result`.

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
    if a == b {
        return 0.0;
    }

    let (sender, parts) = crossbeam_channel::unbounded();
    std::thread::scope(|scope| {
        for share in shares(n, threads) {
            let sender = sender.clone();
            scope.spawn(move || {
                sender
                    .send(share.map(|i| f(a + i as f64 * dx)).sum::<f64>())
                    .expect("alive");
            });
        }
        drop(sender);
        parts.iter().sum::<f64>() * dx
    })
}
