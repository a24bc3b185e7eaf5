//! Mistake: `integrate` keeps the left end as `f32`, which is exact for 1 and for -2.5, and not for 0.1.
//!
//! Fails: `integrate_is_the_left_sum` with `wrong_result`.

use std::ops::Range;
use std::thread;

use crossbeam_channel::unbounded;
use rayon::prelude::*;

/// The left Riemann sum of `f` from `a` to `b` with `n` stripes, evaluated one after the other; 0 without stripes.
pub fn integrate(f: impl Fn(f64) -> f64, a: f64, b: f64, n: usize) -> f64 {
    // The width of a stripe would be infinite or NaN, and 0 times that is NaN.
    if n == 0 {
        return 0.0;
    }
    let dx = width(a, b, n);
    let left = a as f32;
    (0..n).map(|i| f(f64::from(left) + i as f64 * dx)).sum::<f64>() * dx
}

/// The same sum, evaluated by `threads` threads at once; 0 means 1.
///
/// # Panics
///
/// If `f` does, or the system has no threads left.
pub fn integrate_threads(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize, threads: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = width(a, b, n);
    let threads = threads.max(1);
    // All threads use the same `f`, which is `Sync` but need not be `Send`: each gets a reference.
    let f = &f;
    let (sender, parts) = unbounded();
    thread::scope(|scope| {
        for share in shares(n, threads) {
            let sender = sender.clone();
            scope.spawn(move || {
                // A thread sums up by itself and sends once: a message for each point would cost far more than the
                // point.
                let part: f64 = share.map(|i| f(a + i as f64 * dx)).sum();
                sender.send(part).expect("the receiver outlives the threads");
            });
        }
        // The receiver's iterator ends when the last sender is dropped: those of the threads are dropped with their
        // closures, even when `f` panics, and this one has to be dropped by hand.
        drop(sender);
        // The scope waits for all threads, and panics if one of them did.
        parts.iter().sum::<f64>() * dx
    })
}

/// The same sum, evaluated by the threads of rayon.
///
/// # Panics
///
/// If `f` does.
pub fn integrate_rayon(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = width(a, b, n);
    // Rayon can split a range of integers anywhere without losing a remainder; each piece is summed up by the thread
    // that evaluated it.
    (0..n).into_par_iter().map(|i| f(a + i as f64 * dx)).sum::<f64>() * dx
}

/// The width of a stripe; negative if `b` comes before `a`.
fn width(a: f64, b: f64, n: usize) -> f64 {
    (b - a) / n as f64
}

/// `0..n` in as many pieces as there are threads, but none without a point. The first `n % threads` have one point more
/// than the others.
fn shares(n: usize, threads: usize) -> impl Iterator<Item = Range<usize>> {
    let (least, rest) = (n / threads, n % threads);
    // Each piece begins where the one before ended, so no point is in two of them, or in none.
    let mut start = 0;
    (0..threads.min(n)).map(move |thread| {
        let end = start + least + usize::from(thread < rest);
        let share = start..end;
        start = end;
        share
    })
}
