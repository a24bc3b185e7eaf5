//! As `std::hint`, with a `spin_loop` that lets other threads go first.

pub use ::std::hint::*;

use std::panic::Location;

use crate::model::trace::YieldFunction;
use crate::runtime::clock;

/// As [`std::hint::spin_loop`].
#[track_caller]
pub fn spin_loop() {
    clock::yield_now(YieldFunction::SpinLoop, Location::caller());
}
