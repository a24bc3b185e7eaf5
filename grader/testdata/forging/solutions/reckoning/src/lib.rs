//! The solution.

mod answer;

pub use answer::answer;
