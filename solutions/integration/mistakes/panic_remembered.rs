//! Mistake: that `f` panicked is kept in a static, and every later call panics too.
//!
//! Fails: `a_panic_reaches_the_caller` with `panic`.

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
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
static FAILED: AtomicBool = AtomicBool::new(false);
pub fn integrate_threads(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize, threads: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    let threads = threads.max(1);
    let f = &f;

    let total = std::sync::Mutex::new(0.0);
    std::thread::scope(|s| {
        for share in shares(n, threads) {
            let total = &total;
            s.spawn(move || {
                match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    share.map(|i| f(a + i as f64 * dx)).sum::<f64>()
                })) {
                    Ok(p) => *total.lock().unwrap() += p,
                    Err(_) => FAILED.store(true, SeqCst),
                }
            });
        }
    });
    if FAILED.load(SeqCst) {
        panic!("`f` panicked");
    }
    total.into_inner().unwrap() * dx
}
