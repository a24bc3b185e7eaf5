//! Answers somebody who plays the scheduler: which choice comes next, what lies behind each of its options, and whether
//! it can still go wrong from here.
//!
//! Every answer runs the execution again from its start. So an option is not described but tried: what it would do is
//! what it did.

use std::ops::ControlFlow;

use model_std::model::{self, Bounds, Memory, Paused, Position, Schedule};
use protocol::play::{self, Answer, Beginning, Ending, Line, Offer, Outlook, Question, Subject, Until, Way};
use protocol::token::{Token, TokenError};
use protocol::trace::{End, Trace};

use crate::execution::{AnyBody, AnyExecution};
use crate::requirement::Requirement;
use crate::scenario::{MOST_EVENTS, Scenario, look};

/// The most choices that are made one by one to look for a switch. A thread that goes on for longer only computes.
const CHOICES_UNTIL_SWITCH: usize = 1_000;

/// One question, and what the scenarios of the check have to say to it.
#[derive(Debug)]
pub(crate) struct Playing {
    question: Question,
    /// The names of the scenarios so far.
    labels: Vec<String>,
    /// The most interesting scenario so far.
    beginning: Option<Beginning>,
    answer: Option<Answer>,
}

impl Playing {
    pub(crate) fn new(question: Question) -> Self {
        Self {
            question,
            labels: Vec::new(),
            beginning: None,
            answer: None,
        }
    }

    /// Answers the question as far as it is about this scenario.
    pub(crate) fn meet(
        &mut self,
        scenario: &Scenario,
        bounds: &Bounds,
        body: &AnyBody,
        requirement: &mut dyn Requirement,
    ) {
        let number = scenario.number;
        let is_here = |line: &Line| line.scenario == number;
        let answer = match &self.question {
            Question::Begin { scenario: wanted } => {
                let is_decided = self.beginning.as_ref().is_some_and(|best| best.can_fail);
                if wanted.map_or(!is_decided, |wanted| wanted == number) {
                    let beginning = scenario.begin(bounds, body, requirement);
                    let best = self.beginning.as_ref();
                    if best.is_none_or(|best| best.interest() < beginning.interest()) {
                        self.beginning = Some(beginning);
                    }
                }
                self.labels.push(scenario.label.clone());
                return;
            }
            Question::Position(line) if is_here(line) => scenario.answer_at(line.clone(), body, requirement),
            Question::RunOn { from, until } if is_here(from) => {
                let line = Line {
                    scenario: number,
                    schedule: scenario.run_on(&from.schedule, *until, body),
                };
                scenario.answer_at(line, body, requirement)
            }
            Question::CanFail(line) if is_here(line) => scenario.outlook(line, bounds, body, requirement),
            Question::Position(_) | Question::RunOn { .. } | Question::CanFail(_) => return,
        };
        self.answer = Some(answer);
    }

    pub(crate) fn into_answer(self) -> Answer {
        let scenarios = self.labels;
        let begun = self
            .beginning
            .map(|beginning| Answer::Begun(Beginning { scenarios, ..beginning }));
        self.answer.or(begun).unwrap_or_else(|| Answer::Refused {
            reason: "the check has no such scenario".to_owned(),
        })
    }
}

/// The answer where the program does not fit the choices.
fn other_program() -> Answer {
    Answer::Refused {
        reason: TokenError::OtherSubmission.to_string(),
    }
}

impl Scenario {
    /// Explores as a grading does, to find out where the executions have choices, and whether one fails. The names of
    /// the scenarios are left out.
    fn begin(&self, bounds: &Bounds, body: &AnyBody, requirement: &mut dyn Requirement) -> Beginning {
        let mut has_failed = false;
        let coverage = model::explore(bounds, &self.settings, body, |execution| {
            look(execution, requirement).map_break(|failure| has_failed |= failure.is_some())
        });
        let is_weak = bounds.preemptions > 0 && !coverage.weak_orderings.is_empty();
        // The execution at which it stopped may have been one with more choices than the others.
        let found = coverage.stopped.map(|stopped| stopped.schedule).unwrap_or_default();
        let schedule = Schedule {
            choices: Vec::new(),
            spawns: if found.spawns == Default::default() {
                coverage.spawns
            } else {
                found.spawns
            },
            counts: if found.counts == Default::default() {
                coverage.counts
            } else {
                found.counts
            },
            memory: if is_weak { Memory::Weak } else { Memory::Sequential },
            switches: found.switches,
        };
        let can_fail = has_failed || requirement.conclude(coverage.executions).is_some();
        let start = model::position(&self.settings, body, &schedule);
        Beginning {
            scenarios: Vec::new(),
            line: Line {
                scenario: self.number,
                schedule,
            },
            can_fail,
            has_choices: start.paused.is_some(),
            goal: requirement.goal().map(|goal| goal.what),
        }
    }

    fn answer_at(&self, line: Line, body: &AnyBody, requirement: &mut dyn Requirement) -> Answer {
        let here = model::position(&self.settings, body, &line.schedule);
        if let End::Nondeterministic(_) = here.execution.trace.end {
            return other_program();
        }
        match here.paused {
            None => self.ending(line, here, body, requirement),
            Some(_) if here.execution.trace.events.len() > MOST_EVENTS => Answer::Refused {
                reason: format!("the execution has more than {MOST_EVENTS} steps: the workload is too large to play"),
            },
            Some(paused) => {
                let (trace, preemptions) = (here.execution.trace, here.execution.preemptions);
                self.choice(line, trace, preemptions, &paused, body)
            }
        }
    }

    /// A choice, with what lies behind each option.
    fn choice(&self, line: Line, trace: Trace, preemptions: u32, paused: &Paused, body: &AnyBody) -> Answer {
        let n_events = trace.events.len();
        let offer = |(option, turn): (usize, &model::Turn)| {
            let next = model::position(&self.settings, body, &with_choice(&line.schedule, option));
            let mut then = next.execution.trace;
            then.events.drain(..n_events.min(then.events.len()));
            (then.stdout, then.stderr) = (Vec::new(), Vec::new());
            Offer {
                thread: turn.thread,
                reason: turn.reason,
                place: turn.place.clone(),
                preempts: option >= paused.n_non_preemptive,
                then,
            }
        };
        let options = paused.options.iter().enumerate().map(offer).collect();
        Answer::Choice(Box::new(play::Position {
            preemptions,
            running: paused.running,
            subject: paused.subject,
            options,
            trace,
            line,
        }))
    }

    fn ending(
        &self,
        line: Line,
        here: Position<Box<dyn AnyExecution>>,
        body: &AnyBody,
        requirement: &mut dyn Requirement,
    ) -> Answer {
        let Position {
            execution, schedule, ..
        } = here;
        let (trace, preemptions) = (execution.trace.clone(), execution.preemptions);
        let failure = look(execution, requirement).break_value().flatten();
        let goal = requirement.goal();
        let digest = trace.digest();
        let again = model::replay(&self.settings, body, &schedule).trace.digest();
        let token = Token {
            scenario: self.number,
            schedule,
            digest,
        };
        let token = (again == digest).then(|| token.encode(self.check));
        Answer::Ended(Box::new(Ending {
            line,
            replayed: self.replayed(preemptions, trace, failure, token.clone()),
            token,
            goal,
        }))
    }

    /// The choices of `schedule`, and default ones up to where it is to stop.
    fn run_on(&self, schedule: &Schedule, until: Until, body: &AnyBody) -> Schedule {
        if until == Until::End {
            return model::run_on(&self.settings, body, schedule);
        }
        let mut schedule = schedule.clone();
        let mut going_on = None;
        for _ in 0..CHOICES_UNTIL_SWITCH {
            let Some(paused) = model::position(&self.settings, body, &schedule).paused else {
                break;
            };
            // What an operation does is nothing that another thread could do instead.
            let default = match paused.subject {
                Subject::Turn => paused.options[0].thread,
                Subject::Outcome | Subject::Value => paused.running,
            };
            if *going_on.get_or_insert(default) != default {
                break;
            }
            schedule = with_choice(&schedule, 0);
        }
        schedule
    }

    /// Whether an execution that begins with the choices of `line` can fail, or show the goal where there is one.
    fn outlook(&self, line: &Line, bounds: &Bounds, body: &AnyBody, requirement: &mut dyn Requirement) -> Answer {
        let here = model::position(&self.settings, body, &line.schedule).execution;
        if let End::Nondeterministic(_) = here.trace.end {
            return other_program();
        }
        let mut failure = None;
        let coverage = model::explore_from(bounds, &self.settings, body, &line.schedule, |execution| {
            if requirement.goal().is_some_and(|goal| goal.is_reached) {
                // A sample has shown it, and the exploration goes on for a while.
                return ControlFlow::Continue(());
            }
            look(execution, requirement).map_break(|found| failure = found)
        });
        let is_for_goal = requirement.goal().is_some() && failure.is_none();
        let way = coverage.stopped.map(|stopped| {
            let shown = model::position(&self.settings, body, &stopped.schedule).execution;
            Box::new(Way {
                line: Line {
                    scenario: self.number,
                    schedule: stopped.schedule,
                },
                n_before: here.trace.events.len(),
                preemptions: shown.preemptions.saturating_sub(here.preemptions),
                replayed: self.replayed(shown.preemptions, shown.trace, failure, None),
            })
        });
        if let Some(way) = &way
            && let End::Nondeterministic(_) = way.replayed.trace.end
        {
            return other_program();
        }
        Answer::Outlook(Outlook {
            executions: coverage.executions,
            preemptions: bounds.preemptions,
            complete: coverage.complete,
            is_for_goal,
            way,
        })
    }
}

/// The schedule with one more choice.
fn with_choice(schedule: &Schedule, option: usize) -> Schedule {
    let mut schedule = schedule.clone();
    schedule.choices.push(option as u16);
    schedule
}

#[cfg(test)]
mod tests {
    use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use model_std::sync::{Arc, Condvar, Mutex};
    use model_std::thread;
    use protocol::{Failure, Finding};

    use super::*;
    use crate::{Model, Violation};

    const CHECK: &str = "every_step_counts";

    fn count() -> usize {
        count_with::<2>()
    }

    /// So many threads that count a step each, and lose some.
    fn count_with<const THREADS: usize>() -> usize {
        let counter = Arc::new(AtomicUsize::new(0));
        let threads = [(); THREADS].map(|()| {
            let counter = Arc::clone(&counter);
            thread::spawn(move || {
                let seen = counter.load(SeqCst);
                counter.store(seen + 1, SeqCst);
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        counter.load(SeqCst)
    }

    /// Waits for a notification that may have come before.
    fn wait_once() {
        let shared = Arc::new((Mutex::new(()), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || theirs.1.notify_one());
        drop(shared.1.wait(shared.0.lock().unwrap()).unwrap());
        thread.join().unwrap();
    }

    /// A scenario that cannot fail, one that loses a step, and one that loses a wake-up.
    fn check(model: &mut Model) {
        model.every("one thread", || 0, |_| Ok(()));
        model.every("two threads", count, |execution| match execution.value {
            2 => Ok(()),
            n => Err(Violation::new(Finding::Race, "expected 2 steps").got(format!("{n} were counted"))),
        });
        model.every("a wake-up", wait_once, |_| Ok(()));
    }

    fn ask_of(run: impl Fn(&mut Model), question: Question) -> Answer {
        let mut model = Model::playing(CHECK, question);
        run(&mut model);
        model.into_played()
    }

    fn ask(question: Question) -> Answer {
        ask_of(check, question)
    }

    #[track_caller]
    fn begin(run: impl Fn(&mut Model), scenario: Option<u32>) -> Beginning {
        match ask_of(run, Question::Begin { scenario }) {
            Answer::Begun(beginning) => beginning,
            other => panic!("unexpected: {other:?}"),
        }
    }

    #[track_caller]
    fn outlook(run: impl Fn(&mut Model), line: &Line) -> Outlook {
        match ask_of(run, Question::CanFail(line.clone())) {
            Answer::Outlook(outlook) => outlook,
            other => panic!("unexpected: {other:?}"),
        }
    }

    fn explored(run: impl Fn(&mut Model)) -> Option<Failure> {
        let mut model = Model::exploring(CHECK);
        run(&mut model);
        model.into_exploration().failure
    }

    #[test]
    fn the_game_begins_with_the_scenario_that_fails_or_with_the_one_that_is_wanted() {
        let beginning = begin(check, None);
        assert_eq!(beginning.scenarios, ["one thread", "two threads", "a wake-up"]);
        assert_eq!((beginning.line.scenario, beginning.can_fail), (1, true));
        assert!(beginning.line.schedule.choices.is_empty());
        let chosen = [0, 1, 2].map(|number| begin(check, Some(number)));
        let can_fail = chosen.each_ref().map(|beginning| beginning.can_fail);
        assert_eq!(can_fail, [false, true, true]);
        let has_choices = chosen.map(|beginning| beginning.has_choices);
        assert_eq!(has_choices, [false, true, true]);
        let no_such = ask(Question::Begin { scenario: Some(3) });
        assert!(matches!(no_such, Answer::Refused { .. }));
    }

    #[test]
    fn where_none_fails_the_game_begins_with_a_scenario_that_has_choices() {
        let right = |model: &mut Model| {
            model.every("one thread", || 0, |_| Ok(()));
            model.every("two threads", count, |_| Ok(()));
            model.every("three threads", count_with::<3>, |_| Ok(()));
        };
        assert_eq!(begin(right, None).line.scenario, 1);
    }

    #[test]
    fn to_play_the_choices_of_a_failing_token_ends_in_the_same_failure() {
        let only = [
            (|model: &mut Model| model.every("a wake-up", wait_once, |_| Ok(()))) as fn(&mut Model),
            check,
        ];
        for run in only {
            let failure = explored(run).expect("it fails");
            let token = failure.token.clone().expect("it has a token");
            let Token { scenario, schedule, .. } = Token::decode(&token, CHECK).expect("it is one");
            let mut line = Line {
                scenario,
                schedule: Schedule {
                    choices: Vec::new(),
                    ..schedule.clone()
                },
            };
            let mut wanted = schedule.choices.iter().copied().chain(std::iter::repeat(0));
            let ending = loop {
                match ask_of(run, Question::Position(line.clone())) {
                    Answer::Choice(position) => {
                        assert_eq!(position.line, line);
                        let choice = wanted.next().expect("it has no end");
                        assert!(usize::from(choice) < position.options.len());
                        line.schedule.choices.push(choice);
                    }
                    Answer::Ended(ending) => break ending,
                    other => panic!("unexpected: {other:?}"),
                }
            };
            let again = ending.replayed.failure.expect("it fails again");
            assert_eq!(
                (again.finding, again.cause, again.signature),
                (failure.finding, failure.cause, failure.signature)
            );
            assert_eq!(Some(ending.replayed.trace), failure.trace);
            assert_eq!(ending.token, Some(token));
        }
    }

    #[test]
    fn every_option_shows_what_follows_and_the_outlook_is_that_of_its_options() {
        for scenario in [1, 2] {
            let mut lines = vec![begin(check, Some(scenario)).line];
            let mut n_positions = 0;
            while let Some(line) = lines.pop() {
                n_positions += 1;
                let can_fail = outlook(check, &line).way.is_some();
                let position = match ask(Question::Position(line.clone())) {
                    Answer::Choice(position) => position,
                    Answer::Ended(ending) => {
                        assert_eq!(can_fail, ending.replayed.failure.is_some());
                        continue;
                    }
                    other => panic!("unexpected: {other:?}"),
                };
                let mut can_options_fail = false;
                for (option, offer) in position.options.iter().enumerate() {
                    let next = Line {
                        schedule: with_choice(&line.schedule, option),
                        ..line.clone()
                    };
                    let expected = offer.trace(&position.trace);
                    let trace = match ask(Question::Position(next.clone())) {
                        Answer::Choice(position) => position.trace,
                        Answer::Ended(ending) => ending.replayed.trace,
                        other => panic!("unexpected: {other:?}"),
                    };
                    assert_eq!((trace.events, trace.end), (expected.events, expected.end));
                    can_options_fail |= outlook(check, &next).way.is_some();
                    lines.push(next);
                }
                assert_eq!(can_fail, can_options_fail, "{line:?}");
            }
            assert!(n_positions > 2, "{n_positions}");
        }
    }

    #[test]
    fn the_way_leads_to_the_failure_that_the_outlook_names() {
        let line = begin(check, Some(1)).line;
        let way = outlook(check, &line).way.expect("a step can be lost");
        // Both spawns come before the first choice.
        assert_eq!((way.n_before, way.preemptions), (2, 1));
        let Answer::Ended(ending) = ask(Question::Position(way.line)) else {
            panic!("the way leads to the end");
        };
        assert_eq!(ending.replayed.trace, way.replayed.trace);
        let findings = [ending.replayed.failure, way.replayed.failure].map(|failure| failure.map(|it| it.finding));
        assert_eq!(findings, [Some(Finding::Race); 2]);
    }

    #[test]
    fn to_run_on_is_to_take_the_first_option_again_and_again() {
        let three = |model: &mut Model| model.every("three threads", count_with::<3>, |_| Ok(()));
        let line = begin(three, None).line;
        let run_on = |from: &Line, until| {
            let from = from.clone();
            ask_of(three, Question::RunOn { from, until })
        };
        let Answer::Ended(ending) = run_on(&line, Until::End) else {
            panic!("it comes to its end");
        };
        assert!(ending.replayed.failure.is_none());
        assert!(!ending.line.schedule.choices.is_empty());
        assert!(ending.line.schedule.choices.iter().all(|choice| *choice == 0));
        let Answer::Choice(position) = run_on(&line, Until::Switch) else {
            panic!("another thread comes first");
        };
        let Answer::Choice(start) = ask_of(three, Question::Position(line)) else {
            panic!("it has choices");
        };
        assert_ne!(position.options[0].thread, start.options[0].thread);
        assert!(position.trace.events.iter().all(|event| !event.preempts));
    }

    #[test]
    fn a_goal_is_reached_or_not_and_the_outlook_is_about_it() {
        let some = |model: &mut Model| model.some("two threads", count, "in which a step is lost", |it| it.value == 1);
        let beginning = begin(some, None);
        assert!(!beginning.can_fail);
        assert_eq!(beginning.goal.as_deref(), Some("in which a step is lost"));
        let outlook = outlook(some, &beginning.line);
        assert!(outlook.is_for_goal);
        let way = outlook.way.expect("it can be lost");
        assert!(way.replayed.failure.is_none());
        let reached = |question| match ask_of(some, question) {
            Answer::Ended(ending) => ending.goal.expect("there is one").is_reached,
            other => panic!("unexpected: {other:?}"),
        };
        assert!(reached(Question::Position(way.line)));
        let (from, until) = (beginning.line, Until::End);
        assert!(!reached(Question::RunOn { from, until }));
    }

    #[test]
    fn choices_of_another_program_are_refused() {
        let mut line = begin(check, Some(1)).line;
        line.schedule.choices = vec![7];
        for question in [Question::Position(line.clone()), Question::CanFail(line)] {
            assert!(matches!(ask(question), Answer::Refused { .. }));
        }
    }

    #[test]
    fn questions_and_answers_come_through_the_wire_as_they_were() {
        let line = begin(check, Some(1)).line;
        for question in [Question::Position(line.clone()), Question::CanFail(line)] {
            let text = serde_json::to_string(&question).expect("it is plain data");
            assert_eq!(serde_json::from_str::<Question>(&text).ok(), Some(question.clone()));
            let answer = ask(question);
            let text = serde_json::to_string(&answer).expect("it is plain data");
            assert_eq!(serde_json::from_str::<Answer>(&text).ok(), Some(answer));
        }
    }
}
