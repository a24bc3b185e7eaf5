//! Variant: each thread starts another for half of its threads, until one is left, which evaluates.

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
pub fn integrate_threads(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize, threads: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    let threads = threads.max(1);
    let f = &f;

    fn go(f: &(dyn Fn(f64) -> f64 + Sync), a: f64, dx: f64, n: usize, lo: usize, hi: usize, of: usize) -> f64 {
        if hi - lo == 1 {
            return (lo..n).step_by(of).map(|i| f(a + i as f64 * dx)).sum();
        }
        let mid = lo + (hi - lo) / 2;
        std::thread::scope(|s| {
            let left = s.spawn(move || go(f, a, dx, n, lo, mid, of));
            let right = go(f, a, dx, n, mid, hi, of);
            match left.join() {
                Ok(l) => l + right,
                Err(p) => std::panic::resume_unwind(p),
            }
        })
    }
    std::thread::scope(|s| {
        s.spawn(|| go(f, a, dx, n, 0, threads.min(n), threads.min(n)))
            .join()
            .unwrap_or_else(|p| std::panic::resume_unwind(p))
    }) * dx
}
