//! What a check asks of the model: that a property holds in every execution, or that something happens in some
//! execution.

use std::rc::Rc;

use model_std::model::{Bounds, Settings, SwitchAfterRelease};

use crate::check::Violation;
use crate::execution::{AnyBody, AnyExecution, Execution};
use crate::playing::Playing;
use crate::requirement::{Body, Every, Goal, Question, Requirement, Unending, Witnessed};
use crate::scenario::Scenario;
use protocol::token::{Token, TokenError};
use protocol::{Exploration, Replayed, play};

/// The most executions of a scenario in which a load returns an older value. A submission with more of them is explored
/// in part, because a grading may not take too long.
const STALE_EXECUTIONS: u64 = 2_000;

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
    Play(Box<Playing>),
}

impl Model {
    pub(crate) fn exploring(check: &'static str) -> Self {
        let nothing_yet = Exploration {
            executions: 0,
            random: 0,
            distinct: 0,
            preemption_bound: None,
            complete: true,
            scenarios: 0,
            weak_orderings: Vec::new(),
            decided_orderings: Vec::new(),
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

    pub(crate) fn playing(check: &'static str, question: play::Question) -> Self {
        Self::new(check, Purpose::Play(Box::new(Playing::new(question))))
    }

    fn new(check: &'static str, purpose: Purpose) -> Self {
        // Whoever uses the weak form has to reckon with its failure: that costs nothing where nobody does.
        let settings = Settings {
            weak_failures: 1,
            // A submission has no `unsafe` code, and reference counts are seen.
            switch_after_release: SwitchAfterRelease::Never,
            ..Settings::default()
        };
        Self {
            check,
            purpose,
            bounds: Bounds {
                stale_executions: STALE_EXECUTIONS,
                ..Bounds::default()
            },
            settings,
            n_scenarios: 0,
        }
    }

    /// Sets the most preemptions in an execution of the exhaustive part (2 by default).
    pub fn preemptions(&mut self, n: u32) {
        self.bounds.preemptions = n;
    }

    /// Sets the most executions of the exhaustive part of a scenario (20 000 by default). Where the submission asks for
    /// orderings weaker than `SeqCst`, executions with stale reads follow: as many again, but never more than 2 000.
    pub fn executions(&mut self, n: u64) {
        self.bounds.executions = n;
        self.bounds.stale_executions = n.min(STALE_EXECUTIONS);
    }

    /// Sets how many executions are sampled beyond the exhaustive part of a scenario (500 by default).
    pub fn random(&mut self, n: u64) {
        self.bounds.random = n;
    }

    /// Sets the most operations in one execution (200 000 by default). A large workload needs more. From a million on,
    /// they also let a thread compute for longer without an operation.
    pub fn steps(&mut self, n: u64) {
        self.settings.steps = n;
    }

    /// Makes one execution do, without a preemption, of up to two million operations: for a workload that is large
    /// because a count has to be.
    pub fn one_execution(&mut self) {
        self.preemptions(0);
        self.executions(1);
        self.random(0);
        self.steps(2_000_000);
    }

    /// Sets after how many operations in a row a thread yields, if it does not do so by itself (400 by default). With
    /// `u32::MAX`, a thread goes on until it has to wait.
    pub fn turn(&mut self, n: u32) {
        self.settings.turn = n;
    }

    /// Sets how many waits may end without a reason in one execution (none by default).
    pub fn spurious_wakeups(&mut self, n: u32) {
        self.settings.spurious_wakeups = n;
    }

    /// Sets how many weak compare-exchanges may fail without a reason in one execution (1 by default).
    pub fn weak_failures(&mut self, n: u32) {
        self.settings.weak_failures = n;
    }

    /// Sets how many waits for the clock may end while another thread could still go on, in one execution (none by
    /// default).
    ///
    /// Then a pause no longer orders threads, so it shows who relies on that, and elapsed time is no longer exact.
    pub fn late_threads(&mut self, n: u32) {
        self.settings.late_threads = n;
    }

    /// Lets threads spin through virtual time, in this and all later scenarios.
    pub fn allow_busy_wait(&mut self) {
        self.settings.allow_busy_wait = true;
    }

    /// Lets threads wait for what the model does not control, such as a server of the check, in this and all later
    /// scenarios. The whole execution waits then, so it has to be sure that the wait ends.
    pub fn allow_outside_waits(&mut self) {
        self.settings.allow_outside_waits = true;
    }

    /// Requires that every execution of `body` comes to its end and that `property` holds in it.
    ///
    /// `body` is the main thread of each execution; `property` is asked outside of it. A check stops at its first
    /// failure: later calls do nothing then.
    pub fn every<T: 'static>(
        &mut self,
        label: impl Into<String>,
        body: impl Fn() -> T + 'static,
        property: impl Fn(&Execution<T>) -> Result<(), Violation>,
    ) {
        let property = |execution: &dyn AnyExecution| property(execution.typed());
        self.require(Box::new(body), label, &property);
    }

    /// Requires that every execution of `body` comes to a state in which all threads wait for ever.
    ///
    /// If one comes to its end, the check fails with the `violation` of that execution. An execution that goes wrong in
    /// another way than waiting for ever fails the check as in [`every`](Self::every).
    pub fn never_ends<T: 'static>(
        &mut self,
        label: impl Into<String>,
        body: impl Fn() -> T + 'static,
        violation: impl Fn(&Execution<T>) -> Violation,
    ) {
        let violation = |execution: &dyn AnyExecution| violation(execution.typed());
        self.refuse_to_end(Box::new(body), label, &violation);
    }

    /// Requires that every execution of `body` that is seen comes to its end, and that `witness` is true of one of
    /// them: `what` says what that shows, as in "in which the second thread writes first".
    ///
    /// Stops at the first such execution. If there is none, the check fails as `not_concurrent` when no two threads
    /// were ever alive at once, and as `over_serialized` otherwise.
    pub fn some<T: 'static>(
        &mut self,
        label: impl Into<String>,
        body: impl Fn() -> T + 'static,
        what: impl Into<String>,
        witness: impl Fn(&Execution<T>) -> bool,
    ) {
        let measure = |execution: &dyn AnyExecution| usize::from(witness(execution.typed()));
        let goal = Goal {
            what: what.into(),
            wanted: 1,
            is_counted: false,
        };
        self.look_for(Box::new(body), label, goal, &measure);
    }

    /// As [`Model::some`], where an execution has a `measure` and one of them must reach `wanted`. If none does, the
    /// report says how much was reached, and shows the execution that came closest.
    pub fn reach<T: 'static>(
        &mut self,
        label: impl Into<String>,
        body: impl Fn() -> T + 'static,
        what: impl Into<String>,
        wanted: usize,
        measure: impl Fn(&Execution<T>) -> usize,
    ) {
        let measure = |execution: &dyn AnyExecution| measure(execution.typed());
        let goal = Goal {
            what: what.into(),
            wanted,
            is_counted: true,
        };
        self.look_for(Box::new(body), label, goal, &measure);
    }

    fn require(
        &mut self,
        body: Box<dyn Body>,
        label: impl Into<String>,
        property: &dyn Question<Result<(), Violation>>,
    ) {
        self.scenario(label.into(), body, &mut Every(property));
    }

    fn refuse_to_end(&mut self, body: Box<dyn Body>, label: impl Into<String>, violation: &dyn Question<Violation>) {
        self.scenario(label.into(), body, &mut Unending(violation));
    }

    fn look_for(&mut self, body: Box<dyn Body>, label: impl Into<String>, goal: Goal, measure: &dyn Question<usize>) {
        self.scenario(label.into(), body, &mut Witnessed::new(goal, measure));
    }

    pub(crate) fn into_exploration(self) -> Exploration {
        match self.purpose {
            Purpose::Explore(exploration) => *exploration,
            Purpose::Replay { .. } | Purpose::Play(_) => unreachable!("it was not asked for an exploration"),
        }
    }

    pub(crate) fn into_replayed(self) -> Result<Replayed, TokenError> {
        match self.purpose {
            Purpose::Replay { replayed, .. } => *replayed,
            Purpose::Explore(_) | Purpose::Play(_) => unreachable!("it was not asked for a replay"),
        }
    }

    pub(crate) fn into_played(self) -> play::Answer {
        match self.purpose {
            Purpose::Play(playing) => playing.into_answer(),
            Purpose::Explore(_) | Purpose::Replay { .. } => unreachable!("nobody plays"),
        }
    }

    fn scenario(&mut self, label: String, body: Box<dyn Body>, requirement: &mut dyn Requirement) {
        let body: AnyBody = Rc::new(move || body.run());
        let number = self.n_scenarios;
        self.n_scenarios += 1;
        let scenario = Scenario {
            check: self.check,
            number,
            label,
            settings: self.settings,
        };
        match &mut self.purpose {
            Purpose::Explore(exploration) if exploration.failure.is_some() => {}
            Purpose::Explore(exploration) => scenario.explore(&self.bounds, &body, requirement, exploration),
            Purpose::Replay { token, replayed } if token.scenario == number => {
                **replayed = scenario.replay(&body, requirement, token);
            }
            Purpose::Replay { .. } => {}
            Purpose::Play(playing) => playing.meet(&scenario, &self.bounds, &body, requirement),
        }
    }
}

#[cfg(test)]
mod tests {
    use model_std::sync::Arc;
    use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use model_std::thread;

    use super::*;
    use protocol::trace::{Event, Op};
    use protocol::{Failure, FailureCause, Finding, Measure};

    const CHECK: &str = "every_step_counts";

    /// Two threads that count so many steps each, and lose some.
    fn count(n_steps: usize) -> usize {
        let counter = Arc::new(AtomicUsize::new(0));
        let threads = [(); 2].map(|()| {
            let counter = Arc::clone(&counter);
            thread::spawn(move || {
                for _ in 0..n_steps {
                    let seen = counter.load(SeqCst);
                    counter.store(seen + 1, SeqCst);
                }
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        counter.load(SeqCst)
    }

    /// A check of two scenarios, of which only the second can fail.
    fn check(model: &mut Model, body: impl Fn() -> usize + 'static, expected: usize) {
        model.every("one thread", || 0, |_| Ok(()));
        model.every("two threads", body, move |execution| {
            if execution.value == expected {
                return Ok(());
            }
            let violation = Violation::new(Finding::Race, format!("expected {expected} steps"));
            Err(violation.got(format!("{} were counted", execution.value)))
        });
    }

    fn explore(prepare: impl Fn(&mut Model), n_steps: usize) -> Failure {
        let mut model = Model::exploring(CHECK);
        prepare(&mut model);
        check(&mut model, move || count(n_steps), 2 * n_steps);
        model.into_exploration().failure.expect("a step is lost")
    }

    fn replay(failure: &Failure, run: impl Fn(&mut Model)) -> Result<Replayed, TokenError> {
        let token = failure.token.as_deref().expect("an execution has a token");
        let mut model = Model::replaying(CHECK, Token::decode(token, CHECK)?);
        run(&mut model);
        model.into_replayed()
    }

    #[test]
    fn a_failure_found_at_random_is_shown_with_the_fewest_preemptions() {
        let only_random = |model: &mut Model| {
            model.preemptions(0);
            model.random(50);
        };
        let (at_random, in_order) = (explore(only_random, 3), explore(|_| {}, 3));
        assert_eq!((at_random.preemptions, in_order.preemptions), (1, 1));
        let lost = FailureCause::Property {
            expected: "expected 6 steps".to_owned(),
            got: Some("3 were counted".to_owned()),
        };
        assert_eq!(at_random.cause, lost);
        let trace = at_random.trace.expect("it was recorded");
        assert_eq!(trace.events.iter().filter(|event| event.preempts).count(), 1);
    }

    #[test]
    fn a_property_sees_how_many_threads_were_alive_at_once() {
        fn most_alive(body: fn()) -> usize {
            let most = std::cell::Cell::new(0);
            Model::exploring(CHECK).every("threads", body, |execution| {
                most.set(most.get().max(execution.most_alive));
                Ok(())
            });
            most.get()
        }
        assert_eq!(most_alive(|| ()), 0);
        assert_eq!(
            most_alive(|| (0..3).for_each(|_| thread::spawn(|| ()).join().unwrap())),
            1
        );
        assert_eq!(
            most_alive(|| thread::scope(|scope| (0..3).for_each(|_| drop(scope.spawn(|| ()))))),
            3
        );
    }

    #[test]
    fn a_wait_for_ever_passes_where_it_is_required_and_an_end_or_a_panic_does_not() {
        fn failure<T: 'static>(body: impl Fn() -> T + 'static) -> Option<Finding> {
            let mut model = Model::exploring(CHECK);
            model.never_ends("one thread", body, |_| {
                Violation::new(Finding::WrongResult, "expected no end")
            });
            model.into_exploration().failure.map(|failure| failure.finding)
        }
        assert_eq!(failure(|| thread::park()), None);
        assert_eq!(failure(|| ()), Some(Finding::WrongResult));
        assert_eq!(failure(|| panic!("in the body")), Some(Finding::Panic));
    }

    #[test]
    fn what_a_sample_showed_is_not_forgotten() {
        // Only a sample has two preemptions, and it is met before all executions with one are over.
        let mut model = Model::exploring(CHECK);
        model.preemptions(1);
        let is_rare = |execution: &crate::Execution<usize>| execution.preemptions >= 2;
        model.some("two threads", || count(3), "both are stopped", is_rare);
        assert_eq!(model.into_exploration().failure, None);
    }

    #[test]
    fn the_execution_that_came_closest_is_shown_with_its_measure() {
        let mut model = Model::exploring(CHECK);
        // One thread is stopped before its first store, and overwrites all that the other counted.
        model.reach(
            "two threads",
            || count(3),
            "all steps are lost",
            6,
            |execution| 6 - execution.value,
        );
        let failure = model.into_exploration().failure.expect("three steps count");
        let FailureCause::Unwitnessed { measure, .. } = failure.cause else {
            panic!("unexpected: {:?}", failure.cause);
        };
        assert_eq!(measure, Some(Measure { reached: 3, wanted: 6 }));
        let trace = failure.trace.expect("it is shown");
        let last = trace.events.iter().rev().find_map(|event| match event.op {
            Op::Load { value, .. } => Some(value),
            _ => None,
        });
        assert_eq!(last, Some(protocol::trace::Value::Unsigned(3)));
        assert_eq!(failure.preemptions, 1);
    }

    #[test]
    fn a_goal_that_is_reached_is_no_failure() {
        let mut model = Model::exploring(CHECK);
        model.reach(
            "two threads",
            || count(3),
            "a step is lost",
            1,
            |execution| 6 - execution.value,
        );
        assert_eq!(model.into_exploration().failure, None);
    }

    #[test]
    fn an_exploration_comes_through_the_wire_as_it_was_and_says_nothing_of_what_is_not_there() {
        let mut model = Model::exploring(CHECK);
        model.every(
            "output",
            || model_std::io::Write::write_all(&mut model_std::io::stdout(), b"\xFF"),
            |_| Err(Violation::new(Finding::WrongOutput, "expected text")),
        );
        let not_text = model.into_exploration();
        let counted = Exploration {
            failure: Some(explore(|_| {}, 2)),
            ..not_text.clone()
        };
        for exploration in [not_text, counted] {
            let text = serde_json::to_string(&exploration).expect("it is plain data");
            assert_eq!(serde_json::from_str::<Exploration>(&text).ok(), Some(exploration));
            let of_failure = text.split_once("\"failure\":").expect("it failed").1;
            assert!(!of_failure.contains("null"), "{text}");
        }
    }

    #[test]
    fn a_token_leads_to_the_failure_that_was_shown() {
        let failure = explore(|_| {}, 2);
        let replayed = replay(&failure, |model| check(model, || count(2), 4)).expect("it fits");
        assert_eq!(replayed.scenario, "two threads");
        let again = replayed.failure.expect("it fails again");
        assert_eq!(
            (again.finding, again.cause, again.signature, again.token),
            (failure.finding, failure.cause, failure.signature, failure.token)
        );
        assert_eq!(Some(replayed.trace), failure.trace);
    }

    #[test]
    fn a_failure_says_from_which_step_on_it_is_certain_and_which_execution_passes() {
        let failure = explore(|_| {}, 1);
        let certainty = failure.certainty.clone().expect("the search has an end");
        let events = &failure.trace.as_ref().expect("it was recorded").events;
        let is_load = |event: &&Event| matches!(event.op, Op::Load { .. });
        // The second thread has read what the first is about to overwrite.
        assert_eq!(events[..certainty.steps].iter().filter(is_load).count(), 2);
        assert!(is_load(&&events[certainty.steps - 1]));
        let passing = certainty.nearest_passing.expect("some executions pass");
        assert_eq!(
            passing.trace.events[..certainty.steps - 1],
            events[..certainty.steps - 1]
        );
        let nearest = Failure {
            token: Some(passing.token),
            ..failure
        };
        let replayed = replay(&nearest, |model| check(model, || count(1), 2)).expect("it fits");
        assert_eq!((replayed.failure, replayed.trace), (None, passing.trace));
    }

    #[test]
    fn a_token_fits_whatever_is_expected_of_the_execution() {
        let failure = explore(|_| {}, 2);
        let replayed = replay(&failure, |model| check(model, || count(2), 2)).expect("it fits");
        assert_eq!(replayed.failure, None);
    }

    #[test]
    fn a_token_of_other_code_or_another_workload_does_not_fit() {
        let failure = explore(|_| {}, 2);
        let refused = |run: &dyn Fn(&mut Model)| {
            assert_eq!(replay(&failure, run).err(), Some(TokenError::OtherSubmission));
        };
        refused(&|model| check(model, || count(3), 6));
        refused(&|model| check(model, || count(1), 2));
        refused(&|model| model.every("two threads", || count(2), |_| Ok(())));
        refused(&|_| {});
        let mended = || {
            let counter = AtomicUsize::new(0);
            thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(|| counter.fetch_add(2, SeqCst)))));
            counter.load(SeqCst)
        };
        refused(&|model| check(model, mended, 4));
    }

    #[test]
    fn a_token_of_other_settings_fits_only_if_they_make_no_difference() {
        let wakes = || {
            let (main, is_due) = (thread::current(), Arc::new(AtomicUsize::new(0)));
            let theirs = Arc::clone(&is_due);
            let waker = thread::spawn(move || {
                theirs.store(1, SeqCst);
                main.unpark();
            });
            thread::park();
            let woken_when_due = is_due.load(SeqCst);
            waker.join().unwrap();
            woken_when_due
        };
        let mut model = Model::exploring(CHECK);
        model.spurious_wakeups(1);
        model.every("parked", wakes, |execution| match execution.value {
            1 => Ok(()),
            _ => Err(Violation::new(Finding::Race, "expected a reason")),
        });
        let failure = model.into_exploration().failure.expect("it is woken without a reason");
        let with = |n| {
            move |model: &mut Model| {
                model.spurious_wakeups(n);
                model.every("parked", wakes, |_| Ok(()));
            }
        };
        assert!(replay(&failure, with(1)).is_ok());
        assert!(replay(&failure, with(2)).is_ok());
        assert_eq!(replay(&failure, with(0)).err(), Some(TokenError::OtherSubmission));
    }
}
