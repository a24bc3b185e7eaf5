//! An event that panics takes its `run` with it, and nothing else.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;

use harness::waiting::{MILLISECOND, join};
use harness::{Finding, Model, Violation};
use scheduler::Scheduler;

use crate::log::{Log, numbers};

pub(crate) fn a_panicking_event_leaves_the_rest(model: &mut Model) {
    model.executions(3000);
    model.random(100);
    for (label, payload) in [
        ("a text", Payload::Text),
        ("a literal", Payload::Literal),
        ("a number", Payload::Number),
    ] {
        model.every(
            format!("3 events, of which the second panics with {label}"),
            move || panic_in_one(payload),
            |execution| went_on(&execution.value, 1, &[1, 3]),
        );
    }
    model.every("4 events, of which 2 panic", panic_twice, |execution| {
        went_on(&execution.value, 2, &[1, 4])
    });
    model.every(
        "2 threads in run, 3 events, of which the first panics",
        panic_beside_another,
        |execution| went_on(&execution.value, 1, &[2, 3]),
    );
}

/// What an event panics with.
#[derive(Clone, Copy)]
enum Payload {
    /// A `&str`: what `panic!` makes of a message without arguments.
    Literal,
    /// A `String`: what it makes of one with arguments.
    Text,
    /// Neither, as only `panic_any` gives it.
    Number,
}

impl Payload {
    fn panic(self) {
        match self {
            Payload::Literal => panic!("an event panics, as the check wants it"),
            Payload::Text => panic!("event {} panics, as the check wants it", 2),
            Payload::Number => panic::panic_any(7),
        }
    }
}

/// What became of events of which some panicked.
struct Outcome {
    /// How many calls of `run` panicked.
    n_panics: usize,
    /// The events that ran, without those that panicked, sorted.
    ran: Vec<usize>,
    is_empty: bool,
}

fn enter_panic(scheduler: &Scheduler, log: &Log, payload: Payload) {
    scheduler.enter_at(log.at(MILLISECOND), 1, move |_| payload.panic());
}

/// Whether a call of `run` panics.
fn panics(scheduler: &Scheduler) -> bool {
    panic::catch_unwind(AssertUnwindSafe(|| scheduler.run())).is_err()
}

fn outcome(scheduler: &Scheduler, log: &Arc<Log>, n_panics: usize) -> Outcome {
    let mut ran = numbers(&log.ran());
    ran.sort_unstable();
    Outcome {
        n_panics,
        ran,
        is_empty: scheduler.is_empty(),
    }
}

fn panic_in_one(payload: Payload) -> Outcome {
    let scheduler = Scheduler::new();
    let log = Log::new();
    scheduler.enter_at(log.at(MILLISECOND), 1, log.event(1));
    enter_panic(&scheduler, &log, payload);
    scheduler.enter_at(log.at(MILLISECOND), 1, log.event(3));
    let n_panics = [(); 2].into_iter().filter(|()| panics(&scheduler)).count();
    outcome(&scheduler, &log, n_panics)
}

fn panic_twice() -> Outcome {
    let scheduler = Scheduler::new();
    let log = Log::new();
    scheduler.enter_at(log.at(MILLISECOND), 1, log.event(1));
    enter_panic(&scheduler, &log, Payload::Text);
    let first = panics(&scheduler);
    enter_panic(&scheduler, &log, Payload::Text);
    scheduler.enter_at(log.at(5 * MILLISECOND), 1, log.event(4));
    let n_panics = [(); 2].into_iter().filter(|()| panics(&scheduler)).count();
    outcome(&scheduler, &log, n_panics + usize::from(first))
}

/// One thread runs the event that panics, and the other one goes on. Both may have to be in `run` again for what is
/// left.
fn panic_beside_another() -> Outcome {
    let scheduler = Scheduler::new();
    let log = Log::new();
    enter_panic(&scheduler, &log, Payload::Text);
    scheduler.enter_at(log.at(MILLISECOND), 1, log.event(2));
    scheduler.enter_at(log.at(3 * MILLISECOND), 1, log.event(3));
    let n_panics = thread::scope(|scope| {
        let other = scope.spawn(|| panics(&scheduler));
        usize::from(panics(&scheduler)) + usize::from(join(other))
    });
    outcome(&scheduler, &log, n_panics)
}

fn went_on(outcome: &Outcome, n_panics: usize, ran: &[usize]) -> Result<(), Violation> {
    if outcome.n_panics != n_panics {
        let expected = format!("expected run to panic {n_panics} times, as often as an event did");
        let violation = Violation::new(Finding::WrongResult, expected);
        return Err(violation.got(format!("it panicked {} times", outcome.n_panics)));
    }
    if outcome.ran != ran || !outcome.is_empty {
        let violation = Violation::new(
            Finding::WrongResult,
            format!("expected the events {ran:?} to run once, though others panicked, and nothing to be left"),
        );
        let left = if outcome.is_empty { "nothing" } else { "something" };
        return Err(violation.got(format!("these ran: {:?}, and {left} is left", outcome.ran)));
    }
    Ok(())
}
