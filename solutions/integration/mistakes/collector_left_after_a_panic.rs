//! Mistake: the thread that adds up the parts is joined at the end, which a panic of `f` never reaches.
//!
//! Fails: `a_panic_reaches_the_caller` with `thread_leak`.

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

    let (tx, rx) = std::sync::mpsc::channel::<f64>();
    let collector = std::thread::spawn(move || rx.iter().sum::<f64>());
    std::thread::scope(|s| {
        for share in shares(n, threads) {
            let tx = tx.clone();
            s.spawn(move || tx.send(share.map(|i| f(a + i as f64 * dx)).sum()).unwrap());
        }
    });
    drop(tx);
    collector.join().unwrap() * dx
}
