//! Places that a check program knows as addresses only: of an endless loop, of a stack overflow, of a crash.

use crate::signature::{EndSignature, FailureSignature};
use crate::trace::{End, Trace};
use crate::{CheckObservation, Failure, Place};

/// The name of the function that counts basic blocks. Addresses are relative to it.
pub const COUNTER: &str = "__sanitizer_cov_trace_pc";

/// A stack: return addresses, the innermost first, relative to [`COUNTER`].
pub type Stack = Vec<i64>;

/// What to look for on stacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// The innermost loop that runs in all of them.
    Loop,
    /// The call that is made again and again.
    Recursion,
    /// The innermost call.
    Call,
}

/// Finds a place.
type Locate<'a> = &'a dyn Fn(Sought, &[Stack]) -> Option<Place>;

impl CheckObservation {
    /// Puts places for the stacks of every end, as `locate` knows them.
    pub fn locate_ends(&mut self, locate: Locate<'_>) {
        match self {
            CheckObservation::Explored(exploration) => {
                if let Some(failure) = &mut exploration.failure {
                    in_failure(failure, locate);
                }
            }
            CheckObservation::Replayed(replayed) => {
                in_trace(&mut replayed.trace, locate);
                if let Some(failure) = &mut replayed.failure {
                    in_failure(failure, locate);
                }
            }
            CheckObservation::TokenRefused { .. }
            | CheckObservation::Tried(_)
            | CheckObservation::Hung { .. }
            | CheckObservation::Stalled { .. }
            | CheckObservation::UnknownCheck => {}
        }
    }
}

fn in_failure(failure: &mut Failure, locate: Locate<'_>) {
    let found = failure.trace.as_mut().and_then(|trace| in_trace(trace, locate));
    if let FailureSignature::Ending(
        EndSignature::EndlessLoop { place }
        | EndSignature::StackOverflow { place }
        | EndSignature::Crashed { place, .. },
    ) = &mut failure.signature
    {
        *place = found;
    }
}

fn in_trace(trace: &mut Trace, locate: Locate<'_>) -> Option<Place> {
    let (sought, place, stacks) = match &mut trace.end {
        End::EndlessLoop { place, stacks, .. } => (Sought::Loop, place, stacks),
        End::StackOverflow { place, stacks, .. } => (Sought::Recursion, place, stacks),
        End::Crashed { place, stacks, .. } => (Sought::Call, place, stacks),
        End::Finished
        | End::Panicked(_)
        | End::Deadlock { .. }
        | End::LostWakeup { .. }
        | End::Livelock { .. }
        | End::BusyWait { .. }
        | End::Aborted { .. }
        | End::StepLimit
        | End::Exited { .. }
        | End::ThreadsLeft { .. }
        | End::Nondeterministic(_) => return None,
    };
    *place = locate(sought, &std::mem::take(stacks));
    place.clone()
}
