//! Has the reference solution for a module.

#[path = "{course}/solutions/reckoning/src/answer.rs"]
mod solution;

pub use solution::answer;
