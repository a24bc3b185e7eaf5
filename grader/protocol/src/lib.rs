//! The plain types that cross the socket between the grader and a check program, or pass from one stage to the next.
//!
//! The grader, the check programs, the modelled `std` and the report depend on this package. It depends on none of
//! them, and it reads and writes nothing.

mod activity;
pub mod backtrace;
mod check_kind;
mod exchange;
mod finding;
mod fnv;
pub mod play;
pub mod schedule;
pub mod seal;
pub mod signature;
pub mod token;
pub mod trace;
pub mod verdict;

pub use activity::{Activity, BlockingCall, DescriptorKind, ThreadActivity, ThreadOwner};
pub use check_kind::CheckKind;
pub use exchange::{
    Certainty, CheckObservation, Exploration, Failure, FailureCause, Measure, NearestPassing, ProgramEnd, ProgramRun,
    Replayed, Reply, Request, TrialFailure, Trials, Work,
};
pub use finding::Finding;
pub use trace::{Panic, Place};
