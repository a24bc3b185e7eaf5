//! What the exercise `turnstiles` must show in every interleaving.
//!
//! Every workload counts its visitors in an atomic of its own, so nobody has to trust what the submission says.

mod contract;

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use harness::{Check, Execution, Finding, Model, Violation};
use turnstiles::count_visitors;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("every_visitor_is_counted", every_visitor_is_counted),
    Check::new("all_doors_are_open_at_once", all_doors_are_open_at_once),
    Check::new("a_panic_reaches_the_caller", a_panic_reaches_the_caller),
    Check::new("no_thread_is_left", no_thread_is_left),
];

fn main() -> ExitCode {
    harness::main(CHECKS)
}

fn every_visitor_is_counted(model: &mut Model) {
    for (doors, visits) in [(1, 1), (2, 1), (2, 2), (3, 1), (0, 2), (2, 0)] {
        counts(model, doors, visits);
    }
    model.one_execution();
    for (doors, visits) in [(300, 1), (2, 70_000)] {
        counts(model, doors, visits);
    }
}

fn counts(model: &mut Model, doors: usize, visits: usize) {
    model.every(
        format!("{doors} doors, {visits} visitors at each"),
        move || {
            let came = Arc::new(AtomicU64::new(0));
            let counted = Arc::clone(&came);
            let result = count_visitors(doors, visits, move |_| {
                counted.fetch_add(1, Ordering::SeqCst);
            });
            (came.load(Ordering::SeqCst), result)
        },
        move |execution| {
            let (came, result) = execution.value;
            is(execution, "visitors", (doors * visits) as u64, came)?;
            is(execution, "as the result", came, result)
        },
    );
}

/// What goes wrong without a preemption is wrong in whatever order the threads run.
fn is<T>(execution: &Execution<T>, what: &str, expected: u64, got: u64) -> Result<(), Violation> {
    if got == expected {
        return Ok(());
    }
    let finding = match execution.preemptions {
        0 => Finding::WrongResult,
        _ => Finding::Race,
    };
    Err(Violation::new(finding, format!("expected {expected} {what}")).got(format!("got {got}")))
}

/// The measure tells how close an interleaving came, so that a failure can be explained.
fn all_doors_are_open_at_once(model: &mut Model) {
    for doors in [2, 3] {
        model.reach(
            format!("{doors} doors, 1 visitor at each"),
            move || count_visitors(doors, 1, |_| {}),
            "all doors are open at the same time",
            doors,
            |execution| execution.most_alive,
        );
    }
}

/// Lets one visitor in at each of 2 doors; at the door `stuck`, `enter` panics. Returns how often it does, and the
/// result.
fn one_at_each(stuck: Option<usize>, pause: Duration) -> (u64, Option<u64>) {
    let panics = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&panics);
    let enter = move |door| {
        if Some(door) == stuck {
            counted.fetch_add(1, Ordering::SeqCst);
            panic!("door {door} is stuck");
        }
        thread::sleep(pause);
    };
    let result = panic::catch_unwind(AssertUnwindSafe(|| count_visitors(2, 1, enter)));
    (panics.load(Ordering::SeqCst), result.ok())
}

fn a_panic_reaches_the_caller(model: &mut Model) {
    for stuck in [0, 1] {
        model.every(
            format!("2 doors, and number {stuck} is stuck"),
            move || one_at_each(Some(stuck), Duration::ZERO),
            goes_on_with_the_panic,
        );
    }
}

/// That the call panics is not enough, since a stub does: `enter` has to have panicked.
fn goes_on_with_the_panic(execution: &Execution<(u64, Option<u64>)>) -> Result<(), Violation> {
    let (panics, result) = execution.value;
    is(execution, "visitors at the door that is stuck", 1, panics)?;
    match result {
        None => Ok(()),
        Some(result) => {
            let violation = Violation::new(Finding::WrongResult, "expected the call to panic");
            Err(violation.got(format!("it returned {result}")))
        }
    }
}

/// A thread that still runs when the body returns fails the check as `thread_leak` by itself.
fn no_thread_is_left(model: &mut Model) {
    const SECOND: Duration = Duration::from_secs(1);
    // A pause no longer orders threads then.
    model.late_threads(1);
    model.every(
        "2 doors, 1 visitor at each, who takes a second",
        || one_at_each(None, SECOND),
        |execution| is(execution, "as the result", 2, execution.value.1.unwrap_or(0)),
    );
    model.every(
        "the same, and number 0 is stuck",
        || one_at_each(Some(0), SECOND),
        goes_on_with_the_panic,
    );
}
