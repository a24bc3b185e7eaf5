//! Variant: every value is a message of its own, to a collector that waits in `select!`; rayon halves by hand.

use std::ops::Range;
use std::thread;

use crossbeam_channel::{never, select, unbounded};

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
    let (sender, receiver) = unbounded();
    let nobody = never::<f64>();
    thread::scope(|scope| {
        let collector = scope.spawn(move || {
            let mut sum = 0.0;
            loop {
                select! {
                    recv(receiver) -> value => match value {
                        Ok(value) => sum += value,
                        Err(_) => break sum,
                    },
                    recv(nobody) -> _ => unreachable!("nobody sends here"),
                }
            }
        });
        for share in shares(n, threads.max(1)) {
            let sender = sender.clone();
            scope.spawn(move || {
                for i in share {
                    sender.send(f(a + i as f64 * dx)).unwrap();
                }
            });
        }
        drop(sender);
        collector.join().unwrap() * dx
    })
}

/// `0..n` in `threads` pieces; the first `n % threads` have one point more.
fn shares(n: usize, threads: usize) -> Vec<Range<usize>> {
    let (least, rest) = (n / threads, n % threads);
    let start = |thread: usize| thread * least + thread.min(rest);
    (0..threads.min(n))
        .map(|thread| start(thread)..start(thread + 1))
        .collect()
}

pub fn integrate_rayon(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let dx = (b - a) / n as f64;
    halve(&|i| f(a + i as f64 * dx), 0..n) * dx
}

/// Sums up the values of few points, or of two halves of many.
fn halve(value: &(impl Fn(usize) -> f64 + Sync), points: Range<usize>) -> f64 {
    if points.len() <= 256 {
        return points.map(value).sum();
    }
    let middle = points.start + points.len() / 2;
    let (left, right) = rayon::join(
        || halve(value, points.start..middle),
        || halve(value, middle..points.end),
    );
    left + right
}
