//! The tests of `model-rayon` and `model-rayon-core`, in one program so that it is linked once.
//!
//! `PROGRAMS`, `RUNS` and `SEED` in the environment make the tests on random programs longer, or other ones.

mod differential;
mod iterators;
mod outcomes;
mod programs;
mod taken_over;
mod traces;

/// A number from the environment.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}
