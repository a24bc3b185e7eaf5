//! The cases with the library itself, on real threads.

#[path = "cases.rs"]
mod cases;

/// The library, and the `std` that it uses.
mod library {
    pub(crate) use crossbeam_channel as channel;
    pub(crate) use std::{sync, thread, thread_local, time};

    /// A wait may take longer than it was asked to.
    pub(crate) const IS_EXACT: bool = false;
}

/// Runs a case several times, as the threads happen to be scheduled.
fn check(case: fn()) {
    for _ in 0..20 {
        case();
    }
}
