//! Places that a check program knows as addresses only: of an endless loop, and of accesses to reference counts.

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
        let (trace, failure) = self.traced();
        if let Some(trace) = trace {
            in_trace(trace, locate);
        }
        if let Some(failure) = failure {
            in_failure(failure, locate);
        }
    }

    /// Puts a place for each event that has only addresses, as `locate` knows it.
    pub fn locate_events(&mut self, locate: &dyn Fn(&Stack) -> Option<Place>) {
        let (trace, failure) = self.traced();
        let traces = trace
            .into_iter()
            .chain(failure.and_then(|failure| failure.trace.as_mut()));
        for event in traces.flat_map(|trace| &mut trace.events) {
            let calls = std::mem::take(&mut event.calls);
            if !calls.is_empty() && event.place.is_none() {
                event.place = locate(&calls);
            }
        }
    }

    /// What it shows of executions: a trace of its own, and a failure.
    fn traced(&mut self) -> (Option<&mut Trace>, Option<&mut Failure>) {
        match self {
            CheckObservation::Explored(exploration) => (None, exploration.failure.as_mut()),
            CheckObservation::Replayed(replayed) => (Some(&mut replayed.trace), replayed.failure.as_mut()),
            CheckObservation::TokenRefused { .. }
            | CheckObservation::Tried(_)
            | CheckObservation::Hung { .. }
            | CheckObservation::Stalled { .. }
            | CheckObservation::UnknownCheck => (None, None),
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
