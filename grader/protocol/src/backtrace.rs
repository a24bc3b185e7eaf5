//! Places that a check program knows as addresses only: of an endless loop, of a stack overflow, of a crash, of
//! a wait outside the model, of accesses to reference counts.

use crate::play::Answer;
use crate::signature::{EndSignature, FailureSignature};
use crate::trace::{End, Trace};
use crate::{CheckObservation, Failure, Place, ProgramEnd, Replayed};

/// The name of the function that counts basic blocks. Addresses are relative to it.
pub const COUNTER: &str = "__sanitizer_cov_trace_pc";

/// Return addresses, the innermost first, relative to [`COUNTER`].
pub type Backtrace = Vec<i64>;

/// What to look for in backtraces.
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
type Locate<'a> = &'a dyn Fn(Sought, &[Backtrace]) -> Option<Place>;

impl CheckObservation {
    /// Puts a place for the backtraces of every end, as `locate` knows them.
    pub fn locate_ends(&mut self, locate: Locate<'_>) {
        let (traces, failure) = self.traced();
        for trace in traces {
            in_trace(trace, locate);
        }
        if let Some(failure) = failure {
            in_failure(failure, locate);
        }
    }

    /// Puts a place for each event, and each wait at the end, that has only addresses, as `locate` knows it.
    pub fn locate_events(&mut self, locate: Locate<'_>) {
        let (traces, failure) = self.traced();
        for trace in traces.into_iter().chain(failure.into_iter().flat_map(traces_of)) {
            let of_events = trace
                .events
                .iter_mut()
                .map(|event| (&mut event.place, &mut event.calls));
            let waits = trace.end.waits_mut().iter_mut();
            let of_waits = waits.map(|wait| (&mut wait.place, &mut wait.calls));
            for (place, calls) in of_events.chain(of_waits) {
                let calls = std::mem::take(calls);
                if !calls.is_empty() && place.is_none() {
                    *place = locate(Sought::Call, &[calls]);
                }
            }
        }
    }

    /// What it shows of executions: traces of its own, and a failure.
    fn traced(&mut self) -> (Vec<&mut Trace>, Option<&mut Failure>) {
        match self {
            CheckObservation::Explored(exploration) => (Vec::new(), exploration.failure.as_mut()),
            CheckObservation::Replayed(replayed) => of_replayed(replayed),
            CheckObservation::Played(answer) => match answer {
                Answer::Choice(position) => {
                    let offered = position.options.iter_mut().map(|offer| &mut offer.then);
                    (std::iter::once(&mut position.trace).chain(offered).collect(), None)
                }
                Answer::Ended(ending) => of_replayed(&mut ending.replayed),
                Answer::Outlook(outlook) => match &mut outlook.way {
                    Some(way) => of_replayed(&mut way.replayed),
                    None => (Vec::new(), None),
                },
                Answer::Begun(_) | Answer::Refused { .. } => (Vec::new(), None),
            },
            CheckObservation::Ran(run) => match &mut run.end {
                ProgramEnd::Code(_) => (Vec::new(), None),
                ProgramEnd::Failed(failure) => (Vec::new(), Some(failure)),
            },
            CheckObservation::TokenRefused { .. }
            | CheckObservation::Tried(_)
            | CheckObservation::Hung { .. }
            | CheckObservation::Stalled { .. }
            | CheckObservation::Panicked { .. }
            | CheckObservation::UnknownCheck => (Vec::new(), None),
        }
    }
}

impl End {
    /// Removes the backtraces, so that no place will be looked for.
    pub fn clear_backtraces(&mut self) {
        if let Some((_, _, backtraces)) = not_located(self) {
            backtraces.clear();
        }
        self.waits_mut().iter_mut().for_each(|wait| wait.calls.clear());
    }
}

fn of_replayed(replayed: &mut Replayed) -> (Vec<&mut Trace>, Option<&mut Failure>) {
    (vec![&mut replayed.trace], replayed.failure.as_mut())
}

/// The traces that show a failure: of the failing execution, and of the nearest one that passes.
fn traces_of(failure: &mut Failure) -> impl Iterator<Item = &mut Trace> {
    let certainty = failure.certainty.as_mut();
    let passing = certainty.and_then(|certainty| certainty.nearest_passing.as_mut());
    let passing = passing.map(|passing| &mut passing.trace);
    failure.trace.iter_mut().chain(passing)
}

fn in_failure(failure: &mut Failure, locate: Locate<'_>) {
    let found = failure.trace.as_mut().and_then(|trace| in_trace(trace, locate));
    if let FailureSignature::Ending(
        EndSignature::EndlessLoop { place }
        | EndSignature::StackOverflow { place }
        | EndSignature::Crashed { place, .. }
        | EndSignature::OutsideWait { place },
    ) = &mut failure.signature
    {
        // A wait outside the model may know its place without a backtrace.
        if found.is_some() {
            *place = found;
        }
    }
}

fn in_trace(trace: &mut Trace, locate: Locate<'_>) -> Option<Place> {
    let (sought, place, backtraces) = not_located(&mut trace.end)?;
    *place = locate(sought, &std::mem::take(backtraces));
    place.clone()
}

/// What to look for in the backtraces of an end, the place to fill in, and the backtraces; `None` for an end that has
/// none.
fn not_located(end: &mut End) -> Option<(Sought, &mut Option<Place>, &mut Vec<Backtrace>)> {
    match end {
        End::EndlessLoop { place, backtraces, .. } => Some((Sought::Loop, place, backtraces)),
        End::StackOverflow { place, backtraces, .. } => Some((Sought::Recursion, place, backtraces)),
        End::Crashed { place, backtraces, .. } => Some((Sought::Call, place, backtraces)),
        // A place that is known already is that of the call.
        End::OutsideWait { place: Some(_), .. } => None,
        End::OutsideWait { place, backtraces, .. } => Some((Sought::Call, place, backtraces)),
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
        | End::Nondeterministic(_)
        | End::Paused { .. } => None,
    }
}
