//! Takes in the reference solution.

include!("{course}/solutions/reckoning/src/answer.rs");
