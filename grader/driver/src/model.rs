//! What a check asks of the model: that a property holds in every execution, or that something happens in some execution.

use std::any::Any;
use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::{self, Bounds, Settings, Stopped};

use crate::check::Fault;
use crate::ending;
use crate::execution::Execution;
use crate::protocol::{End, Exploration, Failure, Finding, Replayed};
use crate::token::{Token, TokenError};

/// Runs the scenarios of one check, until the first that fails.
#[derive(Debug)]
pub struct Model {
    check: &'static str,
    purpose: Purpose,
    bounds: Bounds,
    settings: Settings,
    n_scenarios: u32,
}

#[derive(Debug)]
enum Purpose {
    Explore(Box<Exploration>),
    Replay {
        token: Token,
        replayed: Box<Result<Replayed, TokenError>>,
    },
}

/// What a body returns, whatever its type: a scenario is compiled once and not for every body.
type Value = Box<dyn Any>;

/// What a scenario requires of its executions, and what it learned from those it saw.
trait Requirement {
    /// Looks at an execution that came to its end: `Break(None)` once nothing more is to be learned.
    fn look(&mut self, execution: Execution<Value>, most_alive: usize) -> ControlFlow<Option<Fault>>;

    /// What the executions that were seen lack all together; `n` is their number.
    fn conclude(&self, n: u64) -> Option<Fault>;
}

/// A property of every execution.
struct Every<'a>(&'a dyn Fn(Execution<Value>) -> Result<(), Fault>);

impl Requirement for Every<'_> {
    fn look(&mut self, execution: Execution<Value>, _most_alive: usize) -> ControlFlow<Option<Fault>> {
        match (self.0)(execution) {
            Ok(()) => ControlFlow::Continue(()),
            Err(fault) => ControlFlow::Break(Some(fault)),
        }
    }

    fn conclude(&self, _n: u64) -> Option<Fault> {
        None
    }
}

/// Something that at least one execution must show.
struct Witnessed<'a> {
    what: String,
    witness: &'a dyn Fn(Execution<Value>) -> bool,
    seen: bool,
    most_alive: usize,
}

impl Requirement for Witnessed<'_> {
    fn look(&mut self, execution: Execution<Value>, most_alive: usize) -> ControlFlow<Option<Fault>> {
        self.most_alive = self.most_alive.max(most_alive);
        self.seen = (self.witness)(execution);
        if self.seen {
            ControlFlow::Break(None)
        } else {
            ControlFlow::Continue(())
        }
    }

    fn conclude(&self, n: u64) -> Option<Fault> {
        if self.seen {
            return None;
        }
        let expected = format!("expected at least one interleaving in which {}", self.what);
        let (finding, why) = if self.most_alive < 2 {
            (
                Finding::NotConcurrent,
                "no two threads that the function started were ever alive at the same time",
            )
        } else {
            (
                Finding::OverSerialized,
                "the threads exist at the same time but keep each other waiting",
            )
        };
        let seen = if n == 1 {
            "there is only one, and it is not".to_owned()
        } else {
            format!("it is none of {n}")
        };
        Some(Fault::new(finding, expected).got(format!("{seen}: {why}")))
    }
}

impl Model {
    pub(crate) fn exploring(check: &'static str) -> Self {
        let nothing_yet = Exploration {
            executions: 0,
            random: 0,
            preemption_bound: None,
            complete: true,
            scenarios: 0,
            failure: None,
        };
        Self::new(check, Purpose::Explore(Box::new(nothing_yet)))
    }

    pub(crate) fn replaying(check: &'static str, token: Token) -> Self {
        Self::new(
            check,
            Purpose::Replay {
                token,
                replayed: Box::new(Err(TokenError::OtherSubmission)),
            },
        )
    }

    fn new(check: &'static str, purpose: Purpose) -> Self {
        // Whoever uses the weak form has to reckon with its failure: that costs nothing where nobody does.
        let settings = Settings {
            weak_failures: 1,
            ..Settings::default()
        };
        Self {
            check,
            purpose,
            bounds: Bounds::default(),
            settings,
            n_scenarios: 0,
        }
    }

    /// Sets the most preemptions in an execution of the exhaustive part (2 by default).
    pub fn preemptions(&mut self, n: u32) {
        self.bounds.preemptions = n;
    }

    /// Sets the most executions of the exhaustive part of a scenario (20 000 by default).
    pub fn executions(&mut self, n: u64) {
        self.bounds.executions = n;
    }

    /// Sets how many executions are sampled beyond the exhaustive part of a scenario (500 by default).
    pub fn random(&mut self, n: u64) {
        self.bounds.random = n;
    }

    /// Sets the most operations in one execution (10 000 by default).
    pub fn steps(&mut self, n: u64) {
        self.settings.steps = n;
    }

    /// Sets how many waits may end without a reason in one execution (none by default).
    pub fn spurious_wakeups(&mut self, n: u32) {
        self.settings.spurious_wakeups = n;
    }

    /// Sets how many weak compare-exchanges may fail without a reason in one execution (1 by default).
    pub fn weak_failures(&mut self, n: u32) {
        self.settings.weak_failures = n;
    }

    /// Sets how many waits for the clock may end while another thread could still go on, in one execution (none by default).
    ///
    /// Then a pause no longer orders threads, so it shows who relies on that, and elapsed time is no longer exact.
    pub fn late_threads(&mut self, n: u32) {
        self.settings.late_threads = n;
    }

    /// Lets threads spin through virtual time, in this and all later scenarios.
    pub fn allow_busy_wait(&mut self) {
        self.settings.allow_busy_wait = true;
    }

    /// Requires that every execution of `body` comes to its end and that `property` holds in it.
    ///
    /// `body` is the main thread of each execution; `property` is asked outside of it. A check stops at its first failure:
    /// later calls do nothing then.
    pub fn every<T: 'static>(
        &mut self,
        label: impl Into<String>,
        body: impl Fn() -> T + 'static,
        property: impl Fn(&Execution<T>) -> Result<(), Fault>,
    ) {
        let property = |execution: Execution<Value>| property(&execution.typed());
        self.scenario(label.into(), &erased(body), &mut Every(&property));
    }

    /// Requires that every execution of `body` that is seen comes to its end, and that `witness` is true of one of them:
    /// `what` says what that shows, as in "in which the second thread writes first".
    ///
    /// Stops at the first such execution. If there is none, the check fails as `not_concurrent` when no two threads were
    /// ever alive at once, and as `over_serialized` otherwise.
    pub fn some<T: 'static>(
        &mut self,
        label: impl Into<String>,
        body: impl Fn() -> T + 'static,
        what: impl Into<String>,
        witness: impl Fn(&Execution<T>) -> bool,
    ) {
        let witness = |execution: Execution<Value>| witness(&execution.typed());
        let mut requirement = Witnessed {
            what: what.into(),
            witness: &witness,
            seen: false,
            most_alive: 0,
        };
        self.scenario(label.into(), &erased(body), &mut requirement);
    }

    pub(crate) fn into_exploration(self) -> Exploration {
        match self.purpose {
            Purpose::Explore(exploration) => *exploration,
            Purpose::Replay { .. } => unreachable!("a replay is not asked for an exploration"),
        }
    }

    pub(crate) fn into_replayed(self) -> Result<Replayed, TokenError> {
        match self.purpose {
            Purpose::Replay { replayed, .. } => *replayed,
            Purpose::Explore(_) => unreachable!("an exploration is not asked for a replay"),
        }
    }

    fn scenario(&mut self, label: String, body: &Rc<dyn Fn() -> Value>, requirement: &mut dyn Requirement) {
        let number = self.n_scenarios;
        self.n_scenarios += 1;
        match &mut self.purpose {
            Purpose::Explore(exploration) if exploration.failure.is_some() => {}
            Purpose::Explore(exploration) => {
                let scenario = Scenario {
                    check: self.check,
                    number,
                    label,
                    settings: self.settings,
                };
                scenario.explore(&self.bounds, body, requirement, exploration);
            }
            Purpose::Replay { token, replayed } if token.scenario == number => {
                let scenario = Scenario {
                    check: self.check,
                    number,
                    label,
                    settings: self.settings,
                };
                **replayed = scenario.replay(body, requirement, token);
            }
            Purpose::Replay { .. } => {}
        }
    }
}

fn erased<T: 'static>(body: impl Fn() -> T + 'static) -> Rc<dyn Fn() -> Value> {
    Rc::new(move || Box::new(body()))
}

/// One call of [`Model::every`] or [`Model::some`].
struct Scenario {
    check: &'static str,
    number: u32,
    label: String,
    settings: Settings,
}

impl Scenario {
    fn explore(
        &self,
        bounds: &Bounds,
        body: &Rc<dyn Fn() -> Value>,
        requirement: &mut dyn Requirement,
        exploration: &mut Exploration,
    ) {
        let mut fault = None;
        let coverage = model::explore(bounds, &self.settings, body, |execution| {
            look(execution, requirement).map_break(|found| fault = found)
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
        let n = exploration.executions;
        exploration.failure = match (fault, coverage.stopped) {
            (Some(fault), Some(stopped)) => Some(self.failure(fault, stopped, body, requirement, n)),
            _ => requirement
                .conclude(coverage.executions)
                .map(|fault| self.without_execution(fault, n)),
        };
    }

    /// Runs the failing execution again and records it.
    fn failure(
        &self,
        fault: Fault,
        stopped: Stopped,
        body: &Rc<dyn Fn() -> Value>,
        requirement: &mut dyn Requirement,
        executions: u64,
    ) -> Failure {
        let Stopped { schedule, preemptions } = stopped;
        let execution = model::replay(&self.settings, body, &schedule);
        let trace = execution.trace.clone();
        let again = look(execution, requirement).break_value().flatten();
        let fault = if again.as_ref() == Some(&fault) {
            fault
        } else {
            let got = again.map_or("a right one".to_owned(), |fault| format!("`{}`", fault.finding));
            Fault::new(
                Finding::Nondeterministic,
                "expected the same schedule to give the same execution",
            )
            .got(format!(
                "first it gave `{}`, then {got}: the submission depends on something other than its schedule",
                fault.finding
            ))
        };
        let token = Token {
            scenario: self.number,
            schedule,
            digest: trace.digest(),
        };
        let token = (fault.finding != Finding::Nondeterministic).then(|| token.encode(self.check));
        let Fault { finding, expected, got } = fault;
        let scenario = self.label.clone();
        Failure {
            finding,
            scenario,
            expected,
            got,
            executions,
            preemptions,
            token,
            trace: Some(trace),
        }
    }

    fn without_execution(&self, fault: Fault, executions: u64) -> Failure {
        let Fault { finding, expected, got } = fault;
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

    fn replay(
        &self,
        body: &Rc<dyn Fn() -> Value>,
        requirement: &mut dyn Requirement,
        token: &Token,
    ) -> Result<Replayed, TokenError> {
        let execution = model::replay(&self.settings, body, &token.schedule);
        let trace = execution.trace.clone();
        if trace.digest() != token.digest || matches!(trace.end, End::Nondeterministic { .. }) {
            return Err(TokenError::OtherSubmission);
        }
        let preemptions = execution.preemptions;
        let fault = look(execution, requirement).break_value().flatten();
        let failure = fault.map(|fault| Failure {
            token: Some(token.encode(self.check)),
            trace: Some(trace.clone()),
            preemptions,
            ..self.without_execution(fault, 1)
        });
        Ok(Replayed {
            scenario: self.label.clone(),
            preemptions,
            failure,
            trace,
        })
    }
}

/// Judges one execution: by its end first, then by what is required.
fn look(execution: model::Execution<Value>, requirement: &mut dyn Requirement) -> ControlFlow<Option<Fault>> {
    let most_alive = execution.most_alive;
    match ending::finished(execution) {
        Ok(execution) => requirement.look(execution, most_alive),
        Err(fault) => ControlFlow::Break(Some(fault)),
    }
}
