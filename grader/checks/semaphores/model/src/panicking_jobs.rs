//! A job that panics panics the caller of `run_limited`, but only after all other jobs have run to their end.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use harness::inside::Gauge;
use harness::waiting::MILLISECOND;
use harness::{Finding, Model, Violation};
use semaphores::run_limited;

pub(crate) fn a_panicking_job_panics_the_caller(model: &mut Model) {
    let scenarios: [(&str, usize, usize, &'static [usize]); 5] = [
        ("3 jobs, 1 at a time, the first panics", 1, 3, &[0]),
        ("4 jobs, 1 at a time, the first 2 panic", 1, 4, &[0, 1]),
        ("3 jobs, 2 at a time, the second panics", 2, 3, &[1]),
        ("3 jobs, 2 at a time, the first 2 panic", 2, 3, &[0, 1]),
        ("3 jobs, 3 at a time, the last panics", 3, 3, &[2]),
    ];
    for (label, limit, jobs, panicking) in scenarios {
        panics(model, label, limit, jobs, panicking, Payload::Text);
    }
    // What a job panics with makes no difference to the order in which things happen. The limit hardly does.
    model.preemptions(1);
    model.executions(1000);
    model.random(50);
    for (label, limit, jobs, panicking, payload) in [
        (
            "3 jobs, 2 at a time, the first panics with a literal",
            2,
            3,
            &[0][..],
            Payload::Literal,
        ),
        (
            "3 jobs, 2 at a time, the first panics with a number",
            2,
            3,
            &[0],
            Payload::Number,
        ),
        ("1 job, which panics", 1, 1, &[0], Payload::Text),
        (
            "2 jobs, a limit of 0, which means 1, the first panics",
            0,
            2,
            &[0],
            Payload::Text,
        ),
        ("2 jobs, a limit of 0, both panic", 0, 2, &[0, 1], Payload::Text),
        (
            "3 jobs, a limit of 1000, the first 2 panic",
            1000,
            3,
            &[0, 1],
            Payload::Text,
        ),
    ] {
        panics(model, label, limit, jobs, panicking, payload);
    }
    model.every(
        "3 jobs, 1 at a time, of which the first panics, then 3 more jobs, 2 at a time",
        || {
            run_with_panics(1, 3, &[0], Payload::Text);
            run_with_panics(2, 3, &[], Payload::Text)
        },
        |execution| goes_on_afterwards(&execution.value),
    );
}

/// Requires of `jobs` jobs, of which those numbered `panicking` panic, that the others finish first.
fn panics(model: &mut Model, label: &str, limit: usize, jobs: usize, panicking: &'static [usize], payload: Payload) {
    model.every(
        label,
        move || run_with_panics(limit, jobs, panicking, payload),
        move |execution| the_others_finished(&execution.value, limit.max(1), jobs - panicking.len()),
    );
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
    /// The most jobs that ran at once, not counting those that panicked.
    most: usize,
}

/// Runs jobs of which some panic at once and the others take a moment.
fn run_with_panics(limit: usize, jobs: usize, panicking: &[usize], payload: Payload) -> Outcome {
    let finished = AtomicUsize::new(0);
    let most = AtomicUsize::new(0);
    let running = Gauge::default();
    let job = |number: usize| {
        let (finished, most, running) = (&finished, &most, &running);
        let panics = panicking.contains(&number);
        move || {
            if panics {
                payload.panic(number);
            }
            let at_once = running.pass(|| thread::sleep(MILLISECOND));
            most.fetch_max(at_once, Ordering::SeqCst);
            finished.fetch_add(1, Ordering::SeqCst);
        }
    };
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| run_limited(limit, (0..jobs).map(job).collect())));
    Outcome {
        panicked: outcome.is_err(),
        finished: finished.load(Ordering::SeqCst),
        most: most.load(Ordering::SeqCst),
    }
}

fn the_others_finished(outcome: &Outcome, limit: usize, others: usize) -> Result<(), Violation> {
    let Outcome {
        panicked,
        finished,
        most,
    } = *outcome;
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
    if most > limit {
        let violation = Violation::new(
            Finding::LimitExceeded,
            format!("expected at most {limit} of the jobs at once, even after a panic"),
        );
        return Err(violation.got(format!("{most} ran at the same time")));
    }
    Ok(())
}

/// A call without panics, after one with a panic.
fn goes_on_afterwards(outcome: &Outcome) -> Result<(), Violation> {
    if outcome.panicked || outcome.finished != 3 {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected a call to run its 3 jobs, though a job of the call before it had panicked",
        );
        let got = if outcome.panicked { "it panicked" } else { "it returned" };
        return Err(violation.got(format!("{got}, and {} had finished", outcome.finished)));
    }
    Ok(())
}
