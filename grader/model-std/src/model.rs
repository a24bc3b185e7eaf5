//! Running a function under every interleaving of its threads, up to a bound, and under random ones beyond it.

mod bounds;
mod determinism;
mod explorer;
mod running;
mod schedule;
pub mod settings;
mod shortening;
pub(crate) mod statics;

pub use protocol::schedule::{Schedule, Spawns};
pub use protocol::trace;

pub use bounds::{Bounds, Pruning};
pub use explorer::{Coverage, Stopped, explore, replay};
pub use settings::Settings;
pub use shortening::{Shortened, Size, shorten};
pub use statics::restart_statics;

use std::any::Any;

use trace::Trace;

/// How many operations the program under control has announced so far, in all executions of this process.
///
/// Grows as long as an exploration gets on, and may be asked from any operating-system thread: a watcher that sees it
/// stand still knows that the program computes, or blocks, without ever coming back to the model.
pub fn operations() -> u64 {
    crate::runtime::operations()
}

/// One execution of a body.
#[derive(Debug)]
pub struct Execution<T> {
    /// What the body returned, or the payload of its panic; `None` when it never came to its end (a deadlock, say).
    pub value: Option<Result<T, Box<dyn Any + Send>>>,
    /// What happened. Objects and events are listed only if the execution was recorded.
    pub trace: Trace,
    /// How many preemptions it has.
    pub preemptions: u32,
    /// The most threads, the body aside, that were alive at once.
    pub most_alive: usize,
}
