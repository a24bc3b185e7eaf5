//! The public items of `iteration_counting`, one a line, each with its exact type.
//!
//! A line that does not compile names the item that is missing or has another signature; nothing else stands here.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

const _: fn(char, u64) -> iteration_counting::Run = |thread, iterations| iteration_counting::Run { thread, iterations };
const _: fn(u64) -> Vec<iteration_counting::Run> = |total| iteration_counting::count_iterations(total);
