//! One scenario of a check: explored until the first failure, which is made as simple as can be found, or replayed.

use std::ops::ControlFlow;

use model_std::model::orderings::AtomicAccess;
use model_std::model::{self, Bounds, Schedule, Settings, Stopped};

use crate::check::Violation;
use crate::ending;
use crate::execution::{AnyBody, AnyExecution};
use crate::requirement::Requirement;
use protocol::token::{Token, TokenError};
use protocol::trace::{End, Trace};
use protocol::{Exploration, Failure, Finding, Replayed, WeakOrdering};

/// How many executions a failure is worth in which the explorer looks for a simpler one; few failures need a hundred.
const SHORTENING: u64 = 500;

/// How many operations they may have all together, so that one that never ends by itself does not cost seconds: a few hundredths
/// of a second.
const SHORTENING_OPERATIONS: u64 = 200_000;

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
        let mut violation = None;
        let coverage = model::explore(bounds, &self.settings, body, |execution| {
            match look(execution, requirement) {
                // What was wrong with a sample is not made good by another execution.
                ControlFlow::Break(None) if violation.is_some() => ControlFlow::Continue(()),
                flow => flow.map_break(|found| violation = found),
            }
        });
        exploration.scenarios += 1;
        exploration.executions += coverage.executions;
        exploration.random += coverage.random;
        // An exploration that stopped early says nothing about a bound.
        if coverage.stopped.is_none() {
            let bound = coverage.preemption_bound;
            exploration.preemption_bound = Some(exploration.preemption_bound.map_or(bound, |least| least.min(bound)));
            exploration.complete &= coverage.complete;
        }
        // Where loads may be stale, what the orderings allow was looked at.
        if self.settings.stale_reads == 0 {
            note(coverage.weak_orderings, &mut exploration.weak_orderings);
        }
        let n = exploration.executions;
        exploration.failure = match (violation, coverage.stopped) {
            (Some(violation), Some(stopped)) => Some(self.failure(violation, stopped, body, requirement, n)),
            _ => requirement
                .conclude(coverage.executions)
                .map(|violation| self.without_execution(violation, n)),
        };
    }

    /// Runs the failing execution again, makes it as simple as can be found, and records it.
    fn failure(
        &self,
        violation: Violation,
        stopped: Stopped,
        body: &AnyBody,
        requirement: &mut dyn Requirement,
        executions: u64,
    ) -> Failure {
        let mut shown = self.record(stopped.schedule, body, requirement);
        if shown.violation.as_ref() != Some(&violation) {
            let got = shown
                .violation
                .map_or("a right one".to_owned(), |violation| format!("`{}`", violation.finding));
            let violation = nondeterministic(&violation, &got);
            return Failure {
                preemptions: stopped.preemptions,
                trace: Some(shown.trace),
                ..self.without_execution(violation, executions)
            };
        }
        if violation.finding != Finding::Nondeterministic {
            let simplest = self.shorten(&violation, &shown, body, requirement);
            let simplest = self.record(simplest, body, requirement);
            if simplest
                .violation
                .as_ref()
                .is_some_and(|found| found.is_like(&violation))
            {
                shown = simplest;
            }
        }
        let token = Token {
            scenario: self.number,
            schedule: shown.schedule,
            digest: shown.trace.digest(),
        };
        let violation = shown.violation.unwrap_or(violation);
        Failure {
            preemptions: shown.preemptions,
            token: (violation.finding != Finding::Nondeterministic).then(|| token.encode(self.check)),
            trace: Some(shown.trace),
            ..self.without_execution(violation, executions)
        }
    }

    /// The simplest schedule that was found to show the same mistake as `shown`.
    fn shorten(
        &self,
        violation: &Violation,
        shown: &Shown,
        body: &AnyBody,
        requirement: &mut dyn Requirement,
    ) -> Schedule {
        let operations: u64 = shown.trace.threads.iter().map(|thread| thread.operations).sum();
        let budget = SHORTENING.min(SHORTENING_OPERATIONS / operations.max(1));
        let still_fails = |execution| {
            let found = look(execution, requirement).break_value().flatten();
            found.is_some_and(|found| found.is_like(violation))
        };
        model::shorten(&self.settings, body, &shown.schedule, budget, still_fails).schedule
    }

    fn record(&self, schedule: Schedule, body: &AnyBody, requirement: &mut dyn Requirement) -> Shown {
        let execution = model::replay(&self.settings, body, &schedule);
        Shown {
            schedule,
            preemptions: execution.preemptions,
            trace: execution.trace.clone(),
            violation: look(execution, requirement).break_value().flatten(),
        }
    }

    fn without_execution(&self, violation: Violation, executions: u64) -> Failure {
        let Violation { finding, expected, got } = violation;
        let scenario = self.label.clone();
        Failure {
            finding,
            scenario,
            expected,
            got,
            executions,
            preemptions: 0,
            token: None,
            trace: None,
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
            violation,
            ..
        } = self.record(token.schedule.clone(), body, requirement);
        if trace.digest() != token.digest || matches!(trace.end, End::Nondeterministic { .. }) {
            return Err(TokenError::OtherSubmission);
        }
        let failure = violation.map(|violation| Failure {
            token: Some(token.encode(self.check)),
            trace: Some(trace.clone()),
            preemptions,
            ..self.without_execution(violation, 1)
        });
        Ok(Replayed {
            scenario: self.label.clone(),
            preemptions,
            failure,
            trace,
        })
    }
}

/// An execution that was recorded, and what is wrong with it.
struct Shown {
    schedule: Schedule,
    preemptions: u32,
    trace: Trace,
    violation: Option<Violation>,
}

/// The violation of a schedule that first gave `violation` and then what `got` says.
fn nondeterministic(violation: &Violation, got: &str) -> Violation {
    Violation::new(
        Finding::Nondeterministic,
        "expected the same schedule to give the same execution",
    )
    .got(format!(
        "first it gave `{}`, then {got}: the submission depends on something other than its schedule",
        violation.finding
    ))
}

/// Adds `accesses` to `known`, which stays sorted and without duplicates.
fn note(accesses: Vec<AtomicAccess>, known: &mut Vec<WeakOrdering>) {
    let weak_ordering = |access: AtomicAccess| WeakOrdering {
        file: access.place.file,
        line: access.place.line,
        operation: access.operation,
        ordering: access.ordering,
    };
    known.extend(accesses.into_iter().map(weak_ordering));
    known.sort_unstable();
    known.dedup();
}

/// Judges one execution: by its end first, then by what is required.
fn look(
    execution: model::Execution<Box<dyn AnyExecution>>,
    requirement: &mut dyn Requirement,
) -> ControlFlow<Option<Violation>> {
    let most_alive = execution.most_alive;
    match ending::finished(execution) {
        Ok(execution) => requirement.look(&*execution, most_alive),
        Err(violation) => ControlFlow::Break(Some(violation)),
    }
}

#[cfg(test)]
mod tests {
    use model_std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use model_std::thread;

    use super::*;
    use crate::Model;

    /// Hands 7 over with a flag that orders nothing.
    fn publish() -> usize {
        let (number, is_there) = (AtomicUsize::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            let publisher = scope.spawn(|| {
                number.store(7, Ordering::Relaxed);
                is_there.store(true, Ordering::Release);
            });
            if !is_there.load(Ordering::Relaxed) {
                publisher.join().expect("it does not panic");
            }
            number.load(Ordering::SeqCst)
        })
    }

    /// The line of the first store of [`publish`].
    const FIRST: u32 = line!() - 11;

    /// A check that hands over twice, and what came of it.
    fn check(prepare: impl Fn(&mut Model)) -> Exploration {
        let mut model = Model::exploring("numbers_are_handed_over");
        prepare(&mut model);
        for label in ["once", "once more"] {
            model.every(label, publish, |execution| match execution.value {
                7 => Ok(()),
                _ => Err(Violation::new(Finding::Race, "expected 7")),
            });
        }
        model.into_exploration()
    }

    #[test]
    fn orderings_weaker_than_seq_cst_are_told_once_for_all_scenarios_and_decide_nothing() {
        let Exploration {
            weak_orderings,
            failure,
            scenarios,
            ..
        } = check(|_| {});
        let expected = |below, operation: &str, ordering: &str| WeakOrdering {
            file: file!().to_owned(),
            line: FIRST + below,
            operation: operation.to_owned(),
            ordering: ordering.to_owned(),
        };
        assert_eq!((scenarios, failure), (2, None));
        assert_eq!(
            weak_orderings,
            [
                expected(0, "store", "Relaxed"),
                expected(1, "store", "Release"),
                expected(3, "load", "Relaxed"),
            ]
        );
    }

    #[test]
    fn what_stale_loads_decide_is_not_told_as_undecided() {
        let Exploration {
            weak_orderings,
            failure,
            ..
        } = check(|model| model.stale_reads(1));
        assert_eq!(failure.map(|failure| failure.finding), Some(Finding::Race));
        assert_eq!(weak_orderings, []);
    }
}
