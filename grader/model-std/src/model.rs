//! Runs a function under every interleaving of its threads, up to a bound, and under random interleavings beyond it.

mod bounds;
mod certainty;
mod determinism;
mod explorer;
mod positions;
mod running;
mod schedule;
mod settings;
mod shortening;
pub(crate) mod statics;

pub use protocol::play;
pub use protocol::schedule::{Counts, Memory, Schedule, Spawns, Switches};
pub use protocol::trace;

pub use bounds::{Bounds, Pruning};
pub use certainty::{Certainty, Passing, certainty};
pub use explorer::{Coverage, Stopped, explore, explore_from, replay};
pub use positions::{Paused, Position, Turn, position, run_on};
pub(crate) use settings::LONG_TURN;
pub use settings::{Settings, SwitchAfterRelease};
pub use shortening::{Shortened, Size, shorten};
pub use statics::restart_statics;

use std::any::Any;

use trace::Trace;

/// How many operations the program has announced so far, in all executions of this process.
///
/// May be called from any operating-system thread. The number grows as long as an exploration makes progress. If it
/// stands still, the program computes or blocks without any operation of the model.
pub fn operations() -> u64 {
    crate::runtime::operations()
}

/// Ends the execution that is under way in this process as an [`EndlessLoop`](trace::End::EndlessLoop).
///
/// May be called from any operating-system thread, for example when [`operations`] stands still. Does nothing while no
/// execution is under way, and perhaps while the program is in a library: then call it again. Works on Linux only.
pub fn interrupt() {
    crate::runtime::interrupt();
}

/// One execution of a body.
#[derive(Debug)]
pub struct Execution<T> {
    /// What the body returned, or the payload of its panic. `None` if the body did not end, for example after a
    /// deadlock.
    pub value: Option<Result<T, Box<dyn Any + Send>>>,
    /// The trace. Objects and events are listed only if the execution was recorded.
    pub trace: Trace,
    /// How many preemptions it has.
    pub preemptions: u32,
    /// The most threads, the body aside, that were alive at once.
    pub most_alive: usize,
}
