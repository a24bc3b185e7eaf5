//! Mistake: a panic of the last thread is ignored.
//!
//! Fails: `a_panic_reaches_the_caller` with `wrong_result`.

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

    // A panic of the last thread is ignored.
    let total = std::sync::Mutex::new(0.0);
    let ok = std::thread::scope(|s| {
        let mut hs: Vec<_> = shares(n, threads)
            .into_iter()
            .map(|share| {
                let total = &total;
                s.spawn(move || {
                    let p: f64 = share.map(|i| f(a + i as f64 * dx)).sum();
                    *total.lock().unwrap() += p;
                })
            })
            .collect();
        let last = hs.pop().unwrap();
        let ok = hs.into_iter().all(|h| h.join().is_ok());
        let _ = last.join();
        ok
    });
    assert!(ok);
    total.into_inner().unwrap() * dx
}
