//! One scenario of a check: explored until its first failure, which is then simplified, or replayed.

use std::ops::ControlFlow;

use model_std::model::{self, Bounds, Schedule, Settings, Stopped};
use protocol::signature::FailureSignature;
use protocol::token::{Token, TokenError};
use protocol::trace::{AtomicAccess, End, Trace};
use protocol::{Certainty, Exploration, Failure, FailureCause, Finding, NearestPassing, Replayed};

use crate::execution::{AnyBody, AnyExecution};
use crate::requirement::Requirement;
use crate::scenario_failure::{self, ScenarioFailure};

/// How many executions may be run to simplify a failure. Few failures need a hundred.
const SHORTENING_EXECUTIONS: u64 = 500;

/// The most events of an execution that is simplified and shown. One with more of them has a large workload: running it
/// again takes long, and a table of its steps tells nothing.
pub(crate) const MOST_EVENTS: usize = 10_000;

/// One call of [`Model::every`](crate::Model::every) or [`Model::some`](crate::Model::some).
pub(crate) struct Scenario {
    pub(crate) check: &'static str,
    pub(crate) number: u32,
    pub(crate) label: String,
    pub(crate) settings: Settings,
}

impl Scenario {
    /// Runs the interleavings within `bounds` and adds what they showed to `exploration`.
    pub(crate) fn explore(
        &self,
        bounds: &Bounds,
        body: &AnyBody,
        requirement: &mut dyn Requirement,
        exploration: &mut Exploration,
    ) {
        let mut failure = None;
        let coverage = model::explore(bounds, &self.settings, body, |execution| {
            match look(execution, requirement) {
                // The failure of a sample counts, whatever other executions show.
                ControlFlow::Break(None) if failure.is_some() => ControlFlow::Continue(()),
                flow => flow.map_break(|found| failure = found),
            }
        });
        exploration.scenarios += 1;
        exploration.executions += coverage.executions;
        exploration.random += coverage.random;
        exploration.distinct += coverage.distinct;
        // An exploration that stopped early says nothing about a bound.
        if coverage.stopped.is_none() {
            let bound = coverage.preemption_bound;
            exploration.preemption_bound = Some(exploration.preemption_bound.map_or(bound, |least| least.min(bound)));
            exploration.complete &= coverage.complete;
        }
        // Without a preemption there is no stale read.
        if coverage.complete && bounds.preemptions > 0 {
            note(&coverage.weak_orderings, &mut exploration.decided_orderings);
        }
        note(&coverage.weak_orderings, &mut exploration.weak_orderings);
        let n = coverage.executions;
        exploration.failure = match (failure, coverage.stopped) {
            (Some(failure), Some(stopped)) => {
                let mut failure = self.failure(&failure, stopped, bounds, body, requirement, n);
                failure.certainty = self.certainty(&failure, bounds, body, requirement);
                Some(failure)
            }
            _ => requirement.conclude(n).map(|failure| {
                let closest = requirement
                    .closest()
                    .map(|looks| self.at(looks, bounds, body, requirement));
                Failure {
                    preemptions: closest.as_ref().map_or(0, |shown| shown.preemptions),
                    trace: closest.map(|shown| shown.trace),
                    ..self.without_execution(failure, n)
                }
            }),
        };
    }

    /// Records the execution at which an exploration looks after `looks - 1` others. The same exploration is the same
    /// again.
    fn at(&self, looks: u64, bounds: &Bounds, body: &AnyBody, requirement: &mut dyn Requirement) -> Shown {
        let mut seen = 0;
        let coverage = model::explore(bounds, &self.settings, body, |_| {
            seen += 1;
            if seen == looks {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        let schedule = coverage
            .stopped
            .map_or_else(Schedule::default, |stopped| stopped.schedule);
        let shown = self.record(schedule, body, requirement);
        Shown {
            trace: without_many_events(shown.trace),
            ..shown
        }
    }

    /// Runs the failing execution again, simplifies it, and records it.
    fn failure(
        &self,
        failure: &ScenarioFailure,
        stopped: Stopped,
        bounds: &Bounds,
        body: &AnyBody,
        requirement: &mut dyn Requirement,
        executions: u64,
    ) -> Failure {
        let shown = self.record(stopped.schedule, body, requirement);
        let again = match shown.failure {
            Some(again) if again == *failure => again,
            other => {
                let cause = FailureCause::Nondeterministic {
                    first: failure.finding,
                    then: other.map(|other| other.finding),
                };
                let signature = FailureSignature::Nondeterministic;
                return Failure {
                    preemptions: stopped.preemptions,
                    trace: Some(shown.trace),
                    ..self.without_execution(
                        ScenarioFailure::of_several(Finding::Nondeterministic, cause, signature),
                        executions,
                    )
                };
            }
        };
        if again.finding == Finding::Nondeterministic {
            return Failure {
                preemptions: shown.preemptions,
                trace: Some(shown.trace),
                ..self.without_execution(again, executions)
            };
        }
        if shown.trace.events.len() > MOST_EVENTS {
            return Failure {
                preemptions: shown.preemptions,
                trace: Some(without_many_events(shown.trace)),
                ..self.without_execution(again, executions)
            };
        }
        let simplest = self.shorten(failure, &shown.schedule, &shown.trace, bounds, body, requirement);
        let simplest = self.record(simplest, body, requirement);
        let (schedule, preemptions, trace, failure) = match simplest.failure {
            Some(found) if found.is_like(failure) => (simplest.schedule, simplest.preemptions, simplest.trace, found),
            _ => (shown.schedule, shown.preemptions, shown.trace, again),
        };
        let token = Token {
            scenario: self.number,
            schedule,
            digest: trace.digest(),
        };
        Failure {
            preemptions,
            token: Some(token.encode(self.check)),
            trace: Some(trace),
            ..self.without_execution(failure, executions)
        }
    }

    /// The simplest schedule found that fails in the same way as `schedule`, which gives `trace`.
    fn shorten(
        &self,
        failure: &ScenarioFailure,
        schedule: &Schedule,
        trace: &Trace,
        bounds: &Bounds,
        body: &AnyBody,
        requirement: &mut dyn Requirement,
    ) -> Schedule {
        if !can_be_varied(&trace.end, bounds) {
            return schedule.clone();
        }
        let still_fails = |execution| {
            let found = look(execution, requirement).break_value().flatten();
            found.is_some_and(|found| found.is_like(failure))
        };
        model::shorten(&self.settings, body, schedule, SHORTENING_EXECUTIONS, still_fails).schedule
    }

    /// From which step of its execution on `failure` is certain.
    fn certainty(
        &self,
        failure: &Failure,
        bounds: &Bounds,
        body: &AnyBody,
        requirement: &mut dyn Requirement,
    ) -> Option<Certainty> {
        if !can_be_varied(&failure.trace.as_ref()?.end, bounds) {
            return None;
        }
        let token = Token::decode(failure.token.as_deref()?, self.check).ok()?;
        let passes = |execution| passes(&look(execution, requirement));
        let certain = model::certainty(&self.settings, bounds.preemptions, body, &token.schedule, passes)?;
        let Some(passing) = certain.passing else {
            return Some(Certainty {
                steps: certain.steps,
                nearest_passing: None,
            });
        };
        let shown = self.record(passing.schedule, body, requirement);
        if shown.failure.is_some() {
            // The submission depends on something that is not controlled.
            return None;
        }
        let token = Token {
            scenario: self.number,
            digest: shown.trace.digest(),
            schedule: shown.schedule,
        };
        Some(Certainty {
            steps: certain.steps,
            nearest_passing: Some(Box::new(NearestPassing {
                preemptions: shown.preemptions,
                token: token.encode(self.check),
                trace: shown.trace,
            })),
        })
    }

    pub(crate) fn record(&self, schedule: Schedule, body: &AnyBody, requirement: &mut dyn Requirement) -> Shown {
        let execution = model::replay(&self.settings, body, &schedule);
        Shown {
            schedule,
            preemptions: execution.preemptions,
            trace: execution.trace.clone(),
            failure: look(execution, requirement).break_value().flatten(),
        }
    }

    fn without_execution(&self, failure: ScenarioFailure, executions: u64) -> Failure {
        Failure {
            finding: failure.finding,
            scenario: self.label.clone(),
            cause: failure.cause,
            signature: failure.signature,
            executions,
            preemptions: 0,
            token: None,
            trace: None,
            certainty: None,
        }
    }

    /// Runs the execution that `token` names.
    pub(crate) fn replay(
        &self,
        body: &AnyBody,
        requirement: &mut dyn Requirement,
        token: &Token,
    ) -> Result<Replayed, TokenError> {
        let Shown {
            preemptions,
            trace,
            failure,
            ..
        } = self.record(token.schedule.clone(), body, requirement);
        if trace.digest() != token.digest || matches!(trace.end, End::Nondeterministic(_)) {
            return Err(TokenError::OtherSubmission);
        }
        Ok(self.replayed(preemptions, trace, failure, Some(token.encode(self.check))))
    }

    /// One execution, and its failure if it failed.
    pub(crate) fn replayed(
        &self,
        preemptions: u32,
        trace: Trace,
        failure: Option<ScenarioFailure>,
        token: Option<String>,
    ) -> Replayed {
        let failure = failure.map(|failure| Failure {
            token,
            trace: Some(trace.clone()),
            preemptions,
            ..self.without_execution(failure, 1)
        });
        Replayed {
            scenario: self.label.clone(),
            preemptions,
            failure,
            trace,
        }
    }
}

/// An execution that was recorded, and what is wrong with it.
pub(crate) struct Shown {
    schedule: Schedule,
    preemptions: u32,
    pub(crate) trace: Trace,
    failure: Option<ScenarioFailure>,
}

/// Adds `accesses` to `known`, which stays in the order of the source and has each line, function and ordering once.
fn note(accesses: &[AtomicAccess], known: &mut Vec<AtomicAccess>) {
    known.extend_from_slice(accesses);
    known.sort_by(|one, other| one.source_key().cmp(&other.source_key()).then_with(|| one.cmp(other)));
    known.dedup_by(|one, other| one.source_key() == other.source_key());
}

/// The trace, without its events if they are too many to be shown.
pub(crate) fn without_many_events(mut trace: Trace) -> Trace {
    if trace.events.len() > MOST_EVENTS {
        trace.events = Vec::new();
    }
    trace
}

/// Whether more executions like one that ended so are run. Each would take half a second, or may damage the memory of
/// the process, or is all that a check affords.
fn can_be_varied(end: &End, bounds: &Bounds) -> bool {
    bounds.executions > 1 && !matches!(end, End::EndlessLoop { .. } | End::Crashed { .. })
}

/// Whether an execution that was judged so passed.
fn passes(judged: &ControlFlow<Option<ScenarioFailure>>) -> bool {
    matches!(judged, ControlFlow::Continue(()) | ControlFlow::Break(None))
}

/// Judges one execution: by its end first, then by what is required.
pub(crate) fn look(
    execution: model::Execution<Box<dyn AnyExecution>>,
    requirement: &mut dyn Requirement,
) -> ControlFlow<Option<ScenarioFailure>> {
    let most_alive = execution.most_alive;
    match scenario_failure::finished(execution) {
        Ok(execution) => requirement.look(&*execution, most_alive),
        Err(failure) => requirement.look_at_failed(*failure),
    }
}

#[cfg(test)]
mod tests {
    use model_std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use model_std::thread;
    use protocol::trace::{AtomicFunction, MemoryOrder};

    use super::*;
    use crate::{Model, Violation};

    /// Hands 7 over with a flag. Returns 7, or nothing if the flag was not set.
    fn publish(store: Ordering, load: Ordering) -> Option<usize> {
        let (number, is_there) = (AtomicUsize::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                number.store(7, Ordering::Relaxed);
                is_there.store(true, store);
            });
            is_there.load(load).then(|| number.load(Ordering::Relaxed))
        })
    }

    /// The line of the first store of [`publish`].
    const FIRST: u32 = line!() - 8;

    /// A check that hands over twice, and what came of it.
    fn check(store: Ordering, load: Ordering, prepare: impl Fn(&mut Model)) -> Exploration {
        let mut model = Model::exploring("numbers_are_handed_over");
        prepare(&mut model);
        for label in ["once", "once more"] {
            model.every(
                label,
                move || publish(store, load),
                |execution| match execution.value {
                    Some(7) | None => Ok(()),
                    Some(_) => Err(Violation::new(Finding::Race, "expected 7")),
                },
            );
        }
        model.into_exploration()
    }

    #[test]
    fn an_ordering_that_is_too_weak_fails_and_its_token_leads_to_the_stale_read() {
        for (store, load) in [
            (Ordering::Relaxed, Ordering::Relaxed),
            (Ordering::Release, Ordering::Relaxed),
            (Ordering::Relaxed, Ordering::Acquire),
        ] {
            let failure = check(store, load, |_| {}).failure.expect("0 is allowed");
            assert_eq!(failure.finding, Finding::Race);
            let trace = failure.trace.expect("it was recorded");
            let stale: Vec<_> = trace
                .events
                .iter()
                .filter_map(|event| event.op.newest_unread())
                .collect();
            assert_eq!(stale, [protocol::trace::Value::Unsigned(7)]);

            let token = Token::decode(&failure.token.expect("it has a token"), "numbers_are_handed_over");
            let mut replay = Model::replaying("numbers_are_handed_over", token.expect("it is one"));
            replay.every("once", move || publish(store, load), |_| Ok(()));
            assert_eq!(replay.into_replayed().expect("it fits").trace, trace);
        }
    }

    #[test]
    fn orderings_weaker_than_seq_cst_are_listed_once_for_all_scenarios_and_decided_where_all_is_explored() {
        let expected = [
            (0, AtomicFunction::Store, MemoryOrder::Relaxed),
            (1, AtomicFunction::Store, MemoryOrder::Release),
            (3, AtomicFunction::Load, MemoryOrder::Relaxed),
            (3, AtomicFunction::Load, MemoryOrder::Acquire),
        ]
        .map(|(below, function, order)| (file!(), FIRST + below, function, order));
        for (most, are_decided) in [(1_000, true), (1, false)] {
            let explored = check(Ordering::Release, Ordering::Acquire, |model| model.executions(most));
            assert_eq!((explored.scenarios, &explored.failure), (2, &None));
            let listed: Vec<_> = explored.weak_orderings.iter().map(AtomicAccess::source_key).collect();
            assert_eq!(listed, expected);
            assert_eq!(explored.decided_orderings == explored.weak_orderings, are_decided);
        }
    }
}
