//! `run_limited` gives the results in the order of the jobs and runs as many at once as it may, and no more.

use std::thread;

use harness::{Execution, Finding, Model, Violation};
use semaphores::run_limited;

use crate::gauge::{Gauge, MILLISECOND};
use crate::join::join;
use crate::long_wait::{HUNDRED_DAYS, takes_few_steps};

const AS_MANY_AS_ALLOWED: &str = "as many jobs run at the same time as the limit allows";

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
    // So many jobs that "10" comes before "2" where numbers are compared as text.
    model.preemptions(0);
    model.executions(50);
    model.random(0);
    model.every(
        "12 jobs, 3 at a time",
        || run_limited(3, (0..12).map(|number| move || number).collect()),
        |execution| gives(execution, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    );
}

pub(crate) fn run_limited_keeps_its_limit(model: &mut Model) {
    for (label, limit, jobs) in [
        ("2 jobs, a limit of 0, which means 1", 0, 2),
        ("3 jobs, a limit of 1", 1, 3),
        ("3 jobs, a limit of 2", 2, 3),
    ] {
        model.every(
            label,
            move || most_at_once(limit, jobs),
            move |execution| at_most(limit.max(1), execution),
        );
    }
    model.every(
        "2 jobs that take 100 days each, a limit of 1",
        run_for_long,
        |execution| takes_few_steps(execution, HUNDRED_DAYS),
    );
    several_calls(model);
    // Jobs pause, so that the first execution already has as many at once as there can be.
    model.executions(1000);
    for (label, limit, jobs) in [
        ("3 jobs, a limit of 2", 2, 3),
        ("3 jobs, a limit of 3", 3, 3),
        ("4 jobs, a limit of 3", 3, 4),
        ("6 jobs, a limit of 6", 6, 6),
    ] {
        model.some(
            label,
            move || most_at_once(limit, jobs),
            AS_MANY_AS_ALLOWED,
            move |execution| execution.value == limit,
        );
    }
}

/// State that one call leaves to the next, or shares with another one at the same time, shows with few preemptions.
fn several_calls(model: &mut Model) {
    model.preemptions(1);
    model.random(50);
    model.every(
        "2 jobs with a limit of 2, then 2 jobs with a limit of 1",
        || [most_at_once(2, 2), most_at_once(1, 2)][1],
        |execution| at_most(1, execution),
    );
    model.some(
        "2 jobs with a limit of 1, then 2 jobs with a limit of 2",
        || [most_at_once(1, 2), most_at_once(2, 2)][1],
        AS_MANY_AS_ALLOWED,
        |execution| execution.value == 2,
    );
    model.every(
        "a job that runs 2 jobs of its own, a limit of 1 each",
        || {
            let most = run_limited(1, vec![|| most_at_once(1, 2)]);
            most.into_iter().max().unwrap_or(0)
        },
        |execution| at_most(1, execution),
    );
    model.every(
        "two calls at the same time, 2 jobs and a limit of 1 each",
        || {
            thread::scope(|scope| {
                let other = scope.spawn(|| most_at_once(1, 2));
                most_at_once(1, 2).max(join(other))
            })
        },
        |execution| at_most(1, execution),
    );
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

fn run_for_long() {
    run_limited(1, vec![|| thread::sleep(HUNDRED_DAYS); 2]);
}

/// Returns the most jobs that ran at once.
fn most_at_once(limit: usize, jobs: usize) -> usize {
    let running = Gauge::default();
    let job = || running.pass(|| thread::sleep(MILLISECOND));
    run_limited(limit, vec![job; jobs]).into_iter().max().unwrap_or(0)
}

fn gives(execution: &Execution<Vec<usize>>, expected: &[usize]) -> Result<(), Violation> {
    if execution.value != expected {
        let violation = Violation::new(Finding::WrongResult, format!("expected the results {expected:?}"));
        return Err(violation.got(format!("the results were {:?}", execution.value)));
    }
    Ok(())
}

fn at_most(limit: usize, execution: &Execution<usize>) -> Result<(), Violation> {
    let most = execution.value;
    if most > limit {
        let violation = Violation::new(Finding::LimitExceeded, format!("expected at most {limit} jobs at once"));
        return Err(violation.got(format!("{most} jobs ran at the same time")));
    }
    Ok(())
}
