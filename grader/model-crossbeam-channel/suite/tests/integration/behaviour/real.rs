//! The cases with the library itself, on real threads.

#[path = "cases.rs"]
mod cases;

/// Where the cases get their channels and threads from.
mod library {
    pub(crate) use crossbeam_channel as channel;
    pub(crate) use std::{sync, thread, thread_local, time};

    /// Time passes a little slower than it is asked for.
    pub(crate) const IS_EXACT: bool = false;
}

/// Runs a case some times, as the threads happen to be scheduled.
fn check(case: fn()) {
    for _ in 0..20 {
        case();
    }
}
