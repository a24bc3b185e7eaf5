//! What a scenario requires: of each of its executions, or of at least one of them.

use std::ops::ControlFlow;

use protocol::signature::FailureSignature;
use protocol::{FailureCause, Finding, Measure, play};

use crate::check::Violation;
use crate::execution::AnyExecution;
use crate::scenario_failure::ScenarioFailure;

/// A body, whatever it returns.
pub(crate) trait Body {
    /// Runs it once.
    fn run(&self) -> Box<dyn AnyExecution>;
}

impl<F: Fn() -> T, T: 'static> Body for F {
    fn run(&self) -> Box<dyn AnyExecution> {
        <dyn AnyExecution>::returning(self())
    }
}

/// A question about an execution with the answer `A`, whatever its body returns: a scenario is compiled once and not
/// for every question. As `Fn(&dyn AnyExecution) -> A`, which takes more to compile.
pub(crate) trait Question<A> {
    /// Asks it.
    fn ask(&self, execution: &dyn AnyExecution) -> A;
}

impl<F: Fn(&dyn AnyExecution) -> A, A> Question<A> for F {
    fn ask(&self, execution: &dyn AnyExecution) -> A {
        self(execution)
    }
}

/// What a scenario requires of its executions, and what it learned from those it saw.
pub(crate) trait Requirement {
    /// Looks at an execution that came to its end: `Break(None)` once nothing more is to be learned.
    fn look(&mut self, execution: &dyn AnyExecution, most_alive: usize) -> ControlFlow<Option<ScenarioFailure>>;

    /// Judges an execution that did not come to its end, or went wrong in another way.
    fn look_at_failed(&mut self, failure: ScenarioFailure) -> ControlFlow<Option<ScenarioFailure>> {
        ControlFlow::Break(Some(failure))
    }

    /// What the executions that were seen lack all together; `n` is their number.
    fn conclude(&self, n: u64) -> Option<ScenarioFailure>;

    /// Which of the executions that were looked at came closest to what they lack all together, counted from 1.
    fn closest(&self) -> Option<u64> {
        None
    }

    /// What one execution has to show, and how close those that were looked at came; `None` where each has to be right.
    fn goal(&self) -> Option<play::Goal> {
        None
    }
}

/// A property of every execution.
pub(crate) struct Every<'a>(pub(crate) &'a dyn Question<Result<(), Violation>>);

impl Requirement for Every<'_> {
    fn look(&mut self, execution: &dyn AnyExecution, _most_alive: usize) -> ControlFlow<Option<ScenarioFailure>> {
        match self.0.ask(execution) {
            Ok(()) => ControlFlow::Continue(()),
            Err(violation) => ControlFlow::Break(Some(violation.into())),
        }
    }

    fn conclude(&self, _n: u64) -> Option<ScenarioFailure> {
        None
    }
}

/// What at least one execution must show, as far as an author of checks says.
pub(crate) struct Goal {
    /// What it shows, as in "in which the second thread writes first".
    pub(crate) what: String,
    /// The measure that it has at least.
    pub(crate) wanted: usize,
    /// Whether the report says how much was reached.
    pub(crate) is_counted: bool,
}

/// No execution comes to its end, because all of its threads wait for ever. The question is how one that does come to
/// its end breaks that.
pub(crate) struct Unending<'a>(pub(crate) &'a dyn Question<Violation>);

impl Requirement for Unending<'_> {
    fn look(&mut self, execution: &dyn AnyExecution, _most_alive: usize) -> ControlFlow<Option<ScenarioFailure>> {
        ControlFlow::Break(Some(self.0.ask(execution).into()))
    }

    fn look_at_failed(&mut self, failure: ScenarioFailure) -> ControlFlow<Option<ScenarioFailure>> {
        match failure.finding {
            Finding::Deadlock | Finding::LostWakeup => ControlFlow::Continue(()),
            _ => ControlFlow::Break(Some(failure)),
        }
    }

    fn conclude(&self, _n: u64) -> Option<ScenarioFailure> {
        None
    }
}

/// Something that at least one execution must show.
pub(crate) struct Witnessed<'a> {
    goal: Goal,
    measure: &'a dyn Question<usize>,
    looks: u64,
    best: Option<Best>,
    most_alive: usize,
}

/// The first execution that came closest to the goal.
#[derive(Clone, Copy)]
struct Best {
    reached: usize,
    /// How many executions were looked at, this one included.
    looks: u64,
}

impl<'a> Witnessed<'a> {
    pub(crate) fn new(goal: Goal, measure: &'a dyn Question<usize>) -> Self {
        Self {
            goal,
            measure,
            looks: 0,
            best: None,
            most_alive: 0,
        }
    }

    fn is_seen(&self) -> bool {
        self.best.is_some_and(|best| best.reached >= self.goal.wanted)
    }

    fn measure(&self) -> Option<Measure> {
        self.best.filter(|_| self.goal.is_counted).map(|best| Measure {
            reached: best.reached,
            wanted: self.goal.wanted,
        })
    }
}

impl Requirement for Witnessed<'_> {
    fn look(&mut self, execution: &dyn AnyExecution, most_alive: usize) -> ControlFlow<Option<ScenarioFailure>> {
        self.most_alive = self.most_alive.max(most_alive);
        self.looks += 1;
        // An exploration that was told to stop at a sample may go on for a while.
        if !self.is_seen() {
            let reached = self.measure.ask(execution);
            if self.best.is_none_or(|best| best.reached < reached) {
                let looks = self.looks;
                self.best = Some(Best { reached, looks });
            }
        }
        if self.is_seen() {
            ControlFlow::Break(None)
        } else {
            ControlFlow::Continue(())
        }
    }

    fn conclude(&self, n: u64) -> Option<ScenarioFailure> {
        if self.is_seen() {
            return None;
        }
        let finding = if self.most_alive < 2 {
            Finding::NotConcurrent
        } else {
            Finding::OverSerialized
        };
        let cause = FailureCause::Unwitnessed {
            what: self.goal.what.clone(),
            measure: self.measure(),
            executions: n,
            most_alive: self.most_alive,
        };
        Some(ScenarioFailure::of_several(
            finding,
            cause,
            FailureSignature::Unwitnessed { finding },
        ))
    }

    fn closest(&self) -> Option<u64> {
        self.best.map(|best| best.looks)
    }

    fn goal(&self) -> Option<play::Goal> {
        Some(play::Goal {
            what: self.goal.what.clone(),
            is_reached: self.is_seen(),
            measure: self.measure(),
        })
    }
}
