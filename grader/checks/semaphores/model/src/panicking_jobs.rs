//! A job that panics panics the caller of `run_limited`, but only after all other jobs have run to their end.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use harness::{Execution, Finding, Model, Violation};
use semaphores::run_limited;

use crate::gauge::MILLISECOND;

pub(crate) fn a_panicking_job_panics_the_caller(model: &mut Model) {
    let scenarios: [(&str, usize, usize, &'static [usize]); 5] = [
        ("3 jobs, 1 at a time, the first panics", 1, 3, &[0]),
        ("4 jobs, 1 at a time, the first 2 panic", 1, 4, &[0, 1]),
        ("3 jobs, 2 at a time, the second panics", 2, 3, &[1]),
        ("3 jobs, 2 at a time, the first 2 panic", 2, 3, &[0, 1]),
        ("3 jobs, 3 at a time, the last panics", 3, 3, &[2]),
    ];
    for (label, limit, jobs, panicking) in scenarios {
        model.every(
            label,
            move || run_with_panics(limit, jobs, panicking, Payload::Text),
            move |execution| the_others_finished(execution, jobs - panicking.len()),
        );
    }
    // What a job panics with makes no difference to the order in which things happen.
    model.preemptions(1);
    model.random(50);
    for (label, payload) in [
        ("3 jobs, 2 at a time, the first panics with a literal", Payload::Literal),
        ("3 jobs, 2 at a time, the first panics with a number", Payload::Number),
    ] {
        model.every(
            label,
            move || run_with_panics(2, 3, &[0], payload),
            |execution| the_others_finished(execution, 2),
        );
    }
}

/// What a job panics with.
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
    fn panic(self, job: usize) {
        match self {
            Payload::Literal => panic!("a job panics, as the check wants it"),
            Payload::Text => panic!("job {job} panics, as the check wants it"),
            Payload::Number => panic::panic_any(job),
        }
    }
}

/// What the caller of `run_limited` saw.
struct Outcome {
    panicked: bool,
    /// How many jobs had finished when the call ended.
    finished: usize,
}

/// Runs jobs of which some panic at once and the others take a moment.
fn run_with_panics(limit: usize, jobs: usize, panicking: &[usize], payload: Payload) -> Outcome {
    let finished = AtomicUsize::new(0);
    let job = |number: usize| {
        let finished = &finished;
        let panics = panicking.contains(&number);
        move || {
            if panics {
                payload.panic(number);
            }
            thread::sleep(MILLISECOND);
            finished.fetch_add(1, Ordering::SeqCst);
        }
    };
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| run_limited(limit, (0..jobs).map(job).collect())));
    Outcome {
        panicked: outcome.is_err(),
        finished: finished.load(Ordering::SeqCst),
    }
}

fn the_others_finished(execution: &Execution<Outcome>, others: usize) -> Result<(), Violation> {
    let Outcome { panicked, finished } = execution.value;
    if !panicked {
        let violation = Violation::new(Finding::WrongResult, "expected the caller to panic because a job did");
        return Err(violation.got("run_limited returned as if nothing had happened"));
    }
    if finished != others {
        let violation = Violation::new(
            Finding::WrongResult,
            format!("expected the other {others} jobs to finish before the panic reaches the caller"),
        );
        return Err(violation.got(format!("{finished} had finished")));
    }
    Ok(())
}
