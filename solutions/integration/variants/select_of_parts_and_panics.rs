//! Variant: parts and panics come through a channel each, and the caller waits for either with `select!`.

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

    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    let (good, goods) = crossbeam_channel::bounded::<f64>(1);
    let (bad, bads) = crossbeam_channel::bounded::<Box<dyn std::any::Any + Send>>(0);
    let all = shares(n, threads);
    let mut left = all.len();
    let (mut sum, mut panic) = (0.0, None);
    std::thread::scope(|scope| {
        for share in all {
            let (good, bad) = (good.clone(), bad.clone());
            scope.spawn(move || {
                match catch_unwind(AssertUnwindSafe(|| share.map(|i| f(a + i as f64 * dx)).sum::<f64>())) {
                    Ok(part) => good.send(part).unwrap(),
                    Err(payload) => bad.send(payload).unwrap(),
                }
            });
        }
        while left > 0 {
            crossbeam_channel::select! {
                recv(goods) -> part => sum += part.unwrap(),
                recv(bads) -> payload => panic = Some(payload.unwrap()),
            }
            left -= 1;
        }
    });
    if let Some(payload) = panic {
        resume_unwind(payload)
    }
    sum * dx
}
