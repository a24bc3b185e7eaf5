//! The public items that the exercise promises, with their types: each is called as generically as it is
//! promised, but for [`Auto`].
//!
//! A submission that lacks one does not compile against this file, which is how the grader learns that it is missing.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

use std::panic::{RefUnwindSafe, UnwindSafe};

/// What the functions of the checks are beyond what is promised: a submission may ask for it.
pub(crate) trait Auto: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe {}

impl<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe> Auto for T {}

pub(crate) fn integrate_threads<F: Fn(f64) -> f64 + Auto>(f: F, a: f64, b: f64, n: usize, threads: usize) -> f64 {
    integration::integrate_threads(f, a, b, n, threads)
}

pub(crate) fn integrate_rayon<F: Fn(f64) -> f64 + Auto>(f: F, a: f64, b: f64, n: usize) -> f64 {
    integration::integrate_rayon(f, a, b, n)
}

const _: fn(Curve, f64, f64, usize) -> f64 = |f, a, b, n| integration::integrate(f, a, b, n);

/// A function that borrows nothing.
type Curve = fn(f64) -> f64;
