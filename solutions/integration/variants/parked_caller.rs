//! Variant: each part is the bits of an atomic; the caller is parked until the last thread is done.

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

    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::*};
    let all = shares(n, threads);
    let slots: Vec<AtomicU64> = all.iter().map(|_| AtomicU64::new(0)).collect();
    let left = AtomicUsize::new(all.len());
    let caller = std::thread::current();
    struct Done<'a>(&'a AtomicUsize, &'a std::thread::Thread);
    impl Drop for Done<'_> {
        fn drop(&mut self) {
            if self.0.fetch_sub(1, AcqRel) == 1 {
                self.1.unpark();
            }
        }
    }
    std::thread::scope(|scope| {
        for (slot, share) in slots.iter().zip(all) {
            let (left, caller) = (&left, &caller);
            scope.spawn(move || {
                let _done = Done(left, caller);
                let part: f64 = share.map(|i| f(a + i as f64 * dx)).sum();
                slot.store(part.to_bits(), Release);
            });
        }
        while left.load(Acquire) != 0 {
            std::thread::park();
        }
        slots.iter().map(|s| f64::from_bits(s.load(Acquire))).sum::<f64>() * dx
    })
}
