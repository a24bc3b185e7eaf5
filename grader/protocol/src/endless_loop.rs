//! The place of an endless loop, which a check program knows as addresses only.

use crate::signature::{EndSignature, FailureSignature};
use crate::trace::{End, Trace};
use crate::{CheckObservation, Failure, Place};

/// The name of the function that counts basic blocks. Addresses are relative to it.
pub const COUNTER: &str = "__sanitizer_cov_trace_pc";

/// A stack: return addresses, the innermost first, relative to [`COUNTER`].
pub type Stack = Vec<i64>;

impl CheckObservation {
    /// Puts a place for the stacks of every endless loop, as `locate` knows it.
    pub fn locate_endless_loops(&mut self, locate: &dyn Fn(&[Stack]) -> Option<Place>) {
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

fn in_failure(failure: &mut Failure, locate: &dyn Fn(&[Stack]) -> Option<Place>) {
    let found = failure.trace.as_mut().and_then(|trace| in_trace(trace, locate));
    if let FailureSignature::Ending(EndSignature::EndlessLoop { place }) = &mut failure.signature {
        *place = found;
    }
}

fn in_trace(trace: &mut Trace, locate: &dyn Fn(&[Stack]) -> Option<Place>) -> Option<Place> {
    let End::EndlessLoop { place, stacks, .. } = &mut trace.end else {
        return None;
    };
    *place = locate(&std::mem::take(stacks));
    place.clone()
}
