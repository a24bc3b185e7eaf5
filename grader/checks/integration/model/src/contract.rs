//! The public items that the exercise promises, with their types: each is called as generically as it is promised.
//!
//! A submission that lacks one does not compile against this file, which is how the grader learns that it is missing.

pub(crate) fn integrate(f: impl Fn(f64) -> f64, a: f64, b: f64, n: usize) -> f64 {
    integration::integrate(f, a, b, n)
}

pub(crate) fn integrate_threads(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize, threads: usize) -> f64 {
    integration::integrate_threads(f, a, b, n, threads)
}

pub(crate) fn integrate_rayon(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize) -> f64 {
    integration::integrate_rayon(f, a, b, n)
}
