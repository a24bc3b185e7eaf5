//! Variant: the shares go to the threads through one channel and the parts come back through another.

use std::ops::Range;
use std::thread;

use crossbeam_channel::{bounded, unbounded};
use rayon::prelude::*;

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
    let shares = shares(n, threads.max(1));
    let (sender, receiver) = unbounded();
    thread::scope(|scope| {
        for share in shares {
            let (job_sender, jobs) = bounded(0);
            let sender = sender.clone();
            scope.spawn(move || {
                for job in jobs {
                    let job: Range<usize> = job;
                    sender.send(job.map(|i| f(a + i as f64 * dx)).sum::<f64>()).unwrap();
                }
            });
            job_sender.send(share).unwrap();
        }
        drop(sender);
        let mut parts = Vec::new();
        while let Ok(part) = receiver.recv() {
            parts.push(part);
        }
        parts.iter().sum::<f64>() * dx
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
    (0..n).into_par_iter().map(|i| f(a + i as f64 * dx)).sum::<f64>() * dx
}
