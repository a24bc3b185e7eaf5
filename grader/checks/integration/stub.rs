//! The area under a curve as a sum of thin stripes: in sequence, with threads and a channel, and with rayon.
//!
//! The statement is in `README.md`; `cargo run -p integration` runs what you write here, and
//! `cargo xtask grade integration` grades it.

/// The left Riemann sum of `f` from `a` to `b` with `n` stripes, evaluated one after the other.
///
/// The stripes are all `dx = (b - a) / n` wide, and stripe number `i`, counted from 0, is as high as `f` at `a + i *
/// dx`. Without stripes the sum is 0.
//
// `i as f64` makes a floating-point number of a `usize`. What is `(b - a) / 0.0`?
pub fn integrate(f: impl Fn(f64) -> f64, a: f64, b: f64, n: usize) -> f64 {
    let _ = f;
    todo!("the sum of {n} stripes from {a} to {b}")
}

/// The same sum, evaluated by `threads` threads at once, each of which does its share and sends its part to the caller.
///
/// `threads` of 0 means 1. A panic of `f` reaches the caller.
//
// Worth a look in the documentation: `std::thread::scope`, and in that of crossbeam-channel `unbounded`,
// `Sender::clone` and `Receiver::iter`, which ends once no sender is left.
pub fn integrate_threads(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize, threads: usize) -> f64 {
    let _ = f;
    todo!("the sum of {n} stripes from {a} to {b}, on {threads} threads")
}

/// The same sum, evaluated by the threads of rayon.
//
// Worth a look in the documentation of rayon: `IntoParallelIterator` in `rayon::prelude`, for a range.
pub fn integrate_rayon(f: impl Fn(f64) -> f64 + Sync, a: f64, b: f64, n: usize) -> f64 {
    let _ = f;
    todo!("the sum of {n} stripes from {a} to {b}, by rayon")
}
