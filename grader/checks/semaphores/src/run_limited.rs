//! `run_limited` gives the results in the order of the jobs and runs as many at once as it may, and no more.

use std::thread;

use driver::{Execution, Fault, Finding, Model};
use semaphores::run_limited;

use crate::gauge::{Gauge, MILLISECOND};

pub(crate) fn run_limited_keeps_the_order(model: &mut Model) {
    model.every("no jobs, limits of 0, 1 and 3", run_nothing, |execution| {
        gives(execution, &[])
    });
    model.every(
        "3 jobs twice, 1 at a time",
        || run_twice(1),
        |execution| gives(execution, &[0, 1, 2, 0, 1, 2]),
    );
    model.every(
        "3 jobs, 2 at a time, the first takes longest",
        || run(2),
        |execution| gives(execution, &[0, 1, 2]),
    );
    model.every(
        "3 jobs, 3 at a time, the first takes longest",
        || run(3),
        |execution| gives(execution, &[0, 1, 2]),
    );
    model.every(
        "2 calls with 3 jobs each, 10 at a time",
        || run_twice(10),
        |execution| gives(execution, &[0, 1, 2, 0, 1, 2]),
    );
}

pub(crate) fn run_limited_keeps_its_limit(model: &mut Model) {
    model.every(
        "2 jobs, a limit of 0, which means 1",
        || most_at_once(0, 2),
        |execution| at_most(1, execution),
    );
    model.every(
        "3 jobs, a limit of 1",
        || most_at_once(1, 3),
        |execution| at_most(1, execution),
    );
    model.every(
        "3 jobs, a limit of 2",
        || most_at_once(2, 3),
        |execution| at_most(2, execution),
    );
    for (label, limit) in [("3 jobs, a limit of 2", 2), ("3 jobs, a limit of 3", 3)] {
        model.some(
            label,
            move || most_at_once(limit, 3),
            "as many jobs run at the same time as the limit allows",
            move |execution| execution.value == limit,
        );
    }
}

fn run_nothing() -> Vec<usize> {
    [0, 1, 3]
        .into_iter()
        .flat_map(|limit| run_limited(limit, Vec::<fn() -> usize>::new()))
        .collect()
}

/// Three jobs of which each takes longer than the next.
fn run(limit: usize) -> Vec<usize> {
    let job = |number: usize| {
        move || {
            thread::sleep(MILLISECOND * (3 - number as u32));
            number
        }
    };
    run_limited(limit, (0..3).map(job).collect())
}

fn run_twice(limit: usize) -> Vec<usize> {
    let mut results = run(limit);
    results.extend(run(limit));
    results
}

/// Returns the most jobs that ran at once.
fn most_at_once(limit: usize, jobs: usize) -> usize {
    let running = Gauge::default();
    let job = || running.pass(|| thread::sleep(MILLISECOND));
    run_limited(limit, vec![job; jobs]).into_iter().max().unwrap_or(0)
}

fn gives(execution: &Execution<Vec<usize>>, expected: &[usize]) -> Result<(), Fault> {
    if execution.value != expected {
        let fault = Fault::new(Finding::WrongResult, format!("expected the results {expected:?}"));
        return Err(fault.got(format!("the results were {:?}", execution.value)));
    }
    Ok(())
}

fn at_most(limit: usize, execution: &Execution<usize>) -> Result<(), Fault> {
    let most = execution.value;
    if most > limit {
        let fault = Fault::new(Finding::LimitExceeded, format!("expected at most {limit} jobs at once"));
        return Err(fault.got(format!("{most} jobs ran at the same time")));
    }
    Ok(())
}
