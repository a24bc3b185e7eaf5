//! The behaviour that the modelled channels are held to, of the library itself, on real threads.

/// Where the cases get their channels and threads from.
mod library {
    pub(crate) use crossbeam_channel as channel;
    pub(crate) use std::{sync, thread, thread_local, time};

    /// Time passes a little slower than it is asked for.
    pub(crate) const IS_EXACT: bool = false;
}

#[path = "behaviour/channels.rs"]
mod channels;
#[path = "behaviour/clocks.rs"]
mod clocks;
#[path = "behaviour/endings.rs"]
mod endings;
#[path = "behaviour/macros.rs"]
mod macros;
#[path = "behaviour/rendezvous.rs"]
mod rendezvous;
#[path = "behaviour/selections.rs"]
mod selections;

/// Runs a case some times, as the threads happen to be scheduled.
fn check(case: fn()) {
    for _ in 0..20 {
        case();
    }
}
