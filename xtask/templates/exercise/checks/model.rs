//! What the exercise `{{name}}` must show in every interleaving.
//!
//! TBD: what the workloads have in common, and how the checks see what happened.

mod contract;

use std::panic;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use harness::{Check, Finding, Model, Violation};

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("every_interleaving_gives_the_result", every_interleaving_gives_the_result),
    Check::new("threads_are_there_at_once", threads_are_there_at_once),
    Check::new("a_panic_reaches_the_caller", a_panic_reaches_the_caller),
    Check::new("no_thread_is_left", no_thread_is_left),
];

fn main() -> ExitCode {
    harness::main(CHECKS)
}

/// What has to hold however the threads run: in every interleaving, up to a bound.
fn every_interleaving_gives_the_result(model: &mut Model) {
    model.every(
        "TBD: a small workload, two or three threads with few operations",
        || {
            // TBD: call the submission, and return what it gave.
            0
        },
        |execution| match execution.value {
            // TBD: what the result has to be.
            0 => Ok(()),
            other => {
                let violation = Violation::new(Finding::Race, "TBD: what was expected");
                Err(violation.got(format!("the result was {other}")))
            }
        },
    );
}

/// What some interleaving has to reach. The measure tells how close one came, so that a failure can be explained.
fn threads_are_there_at_once(model: &mut Model) {
    model.reach(
        "TBD: the workload",
        || {
            // TBD: call the submission.
        },
        "TBD: what that shows, such as: both threads are there at the same time",
        2,
        |execution| execution.most_alive,
    );
}

/// What becomes of a panic in what the caller brings. A stub panics as well, so the workload notes that it was called.
fn a_panic_reaches_the_caller(model: &mut Model) {
    model.every(
        "TBD: the workload, and where it panics",
        || {
            let was_called = AtomicBool::new(false);
            let result = panic::catch_unwind(|| {
                // TBD: call the submission with something that says `was_called.store(true, SeqCst)`, and panics.
            });
            (was_called.load(SeqCst), result.is_err())
        },
        |execution| match execution.value {
            (true, true) => Ok(()),
            (true, false) => {
                Err(Violation::new(Finding::WrongResult, "expected the call to panic").got("it returned"))
            }
            (false, _) => Err(Violation::new(Finding::WrongResult, "TBD: what was expected").got("it was not called")),
        },
    );
}

/// A thread that still runs when the body returns fails the check as `thread_leak` by itself.
fn no_thread_is_left(model: &mut Model) {
    // A pause no longer orders threads then.
    model.late_threads(1);
    model.every(
        "TBD: a workload in which a thread takes a while, and one that panics",
        || {
            // TBD: call the submission, and return what it gave.
            0
        },
        |execution| match execution.value {
            // TBD: what the result has to be. A submission that does nothing leaves no thread, and must not pass.
            0 => Ok(()),
            other => {
                let violation = Violation::new(Finding::WrongResult, "TBD: what was expected");
                Err(violation.got(format!("the result was {other}")))
            }
        },
    );
}
