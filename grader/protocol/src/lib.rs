//! The plain types that cross the socket between the grader and a check program, or pass from one stage to the next.
//!
//! Neither side's code is here, and nothing is read or written: the grader, the check programs, the modelled `std` and the
//! report all depend on this package, and it depends on none of them.

mod check_kind;
mod exchange;
mod finding;
mod fnv;
pub mod schedule;
pub mod signature;
pub mod token;
pub mod trace;
pub mod verdict;

pub use check_kind::CheckKind;
pub use exchange::{
    CheckObservation, Exploration, Failure, FailureCause, Replayed, Reply, Request, TrialFailure, Trials, Work,
};
pub use finding::Finding;
