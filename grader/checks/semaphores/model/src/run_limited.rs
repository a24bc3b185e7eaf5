//! `run_limited` gives the results in the order of the jobs and runs as many at once as it may, and no more.

use std::thread;

use harness::inside::Gauge;
use harness::waiting::{HUNDRED_DAYS, MILLISECOND, join, takes_few_steps};
use harness::{Execution, Finding, Model, Violation};
use semaphores::run_limited;

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
        || run_numbered(3, 12),
        |execution| gives(execution, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    );
    // More jobs than a byte can number.
    model.executions(1);
    model.every(
        "300 jobs, 3 at a time",
        || run_numbered(3, 300),
        |execution| gives_all_in_order(&execution.value, 300),
    );
}

/// Jobs that only return their numbers.
fn run_numbered(limit: usize, jobs: usize) -> Vec<usize> {
    run_limited(limit, (0..jobs).map(|number| move || number).collect())
}

/// Limits of which nothing is left where they are cut down to 8, 16, 32 or 63 bits, and no limit at all.
const LARGE_LIMITS: [usize; 5] = [1 << 8, 1 << 16, 1 << 32, 1 << 63, usize::MAX];

pub(crate) fn run_limited_keeps_its_limit(model: &mut Model) {
    for (label, limit, jobs) in [
        ("2 jobs, a limit of 0, which means 1", 0, 2),
        ("3 jobs, a limit of 1", 1, 3),
        ("3 jobs, a limit of 2", 2, 3),
    ] {
        model.every(
            label,
            move || count(limit, jobs),
            move |execution| all_ran(&execution.value, jobs).and_then(|()| at_most(limit.max(1), &execution.value)),
        );
    }
    model.random(50);
    for (label, limit, jobs) in [
        ("2 jobs that take 100 days each, a limit of 1", 1, 2),
        ("3 jobs that take 100 days each, a limit of 2", 2, 3),
        ("2 jobs that take 100 days each, a limit of 2", 2, 2),
    ] {
        model.every(
            label,
            move || run_for_long(limit, jobs),
            |execution| takes_few_steps(execution, HUNDRED_DAYS),
        );
    }
    several_calls(model);
    // Jobs pause, so that the first execution already has as many at once as there can be.
    model.executions(1000);
    for (label, limit, jobs) in [
        ("3 jobs, a limit of 2", 2, 3),
        ("3 jobs, a limit of 3", 3, 3),
        ("4 jobs, a limit of 3", 3, 4),
        ("6 jobs, a limit of 6", 6, 6),
    ] {
        model.reach(
            label,
            move || count(limit, jobs),
            AS_MANY_AS_ALLOWED,
            limit,
            |execution| execution.value.most,
        );
    }
    many_at_once(model);
}

/// With limits so large that one execution must do. Those with few jobs come first, since their tables are short.
fn many_at_once(model: &mut Model) {
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    model.every(
        "2 jobs, a limit of 1000",
        || count(1000, 2),
        |execution| no_more_threads_than_jobs(execution, 2),
    );
    for limit in LARGE_LIMITS {
        model.every(
            format!("3 jobs, a limit of {limit}"),
            move || count(limit, 3),
            |execution| exactly(3, &execution.value),
        );
    }
    for (label, limit, jobs) in [
        ("80 jobs, a limit of 80", 80, 80),
        ("300 jobs, a limit of 299", 299, 300),
    ] {
        model.every(
            label,
            move || count(limit, jobs),
            move |execution| exactly(limit, &execution.value),
        );
    }
    model.every(
        format!("no jobs, a limit of {}", usize::MAX),
        || run_numbered(usize::MAX, 0),
        |execution| gives(execution, &[]),
    );
}

/// State that one call leaves to the next, or shares with another one at the same time, shows with few preemptions.
fn several_calls(model: &mut Model) {
    model.preemptions(1);
    model.random(50);
    model.every(
        "2 jobs with a limit of 2, then 2 jobs with a limit of 1",
        || [count(2, 2), count(1, 2)],
        |execution| at_most(1, &execution.value[1]),
    );
    model.reach(
        "2 jobs with a limit of 1, then 2 jobs with a limit of 2",
        || [count(1, 2), count(2, 2)],
        AS_MANY_AS_ALLOWED,
        2,
        |execution| execution.value[1].most,
    );
    model.every(
        "a job that runs 2 jobs of its own, a limit of 1 each",
        || run_limited(1, vec![|| count(1, 2)]),
        |execution| execution.value.iter().try_for_each(|ran| at_most(1, ran)),
    );
    model.every(
        "two calls at the same time, 2 jobs and a limit of 1 each",
        || {
            thread::scope(|scope| {
                let other = scope.spawn(|| count(1, 2));
                [count(1, 2), join(other)]
            })
        },
        |execution| execution.value.iter().try_for_each(|ran| at_most(1, ran)),
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

fn run_for_long(limit: usize, jobs: usize) {
    run_limited(limit, vec![|| thread::sleep(HUNDRED_DAYS); jobs]);
}

/// What became of the jobs of one call.
struct Ran {
    /// How many results there were.
    results: usize,
    /// The most jobs that ran at once.
    most: usize,
}

fn count(limit: usize, jobs: usize) -> Ran {
    let running = Gauge::default();
    let job = || running.pass(|| thread::sleep(MILLISECOND));
    let results = run_limited(limit, vec![job; jobs]);
    Ran {
        results: results.len(),
        most: results.into_iter().max().unwrap_or(0),
    }
}

fn gives(execution: &Execution<Vec<usize>>, expected: &[usize]) -> Result<(), Violation> {
    if execution.value != expected {
        let violation = Violation::new(Finding::WrongResult, format!("expected the results {expected:?}"));
        return Err(violation.got(format!("the results were {:?}", execution.value)));
    }
    Ok(())
}

/// As [`gives`], for so many results that a list of them says nothing.
fn gives_all_in_order(results: &[usize], jobs: usize) -> Result<(), Violation> {
    let wrong = results.iter().enumerate().find(|&(number, result)| number != *result);
    if results.len() == jobs && wrong.is_none() {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        format!("expected the results of {jobs} jobs in the order of the jobs"),
    );
    Err(violation.got(match wrong {
        Some((number, result)) => format!("in the place of result {number} was result {result}"),
        None => format!("there were {}", results.len()),
    }))
}

fn all_ran(ran: &Ran, jobs: usize) -> Result<(), Violation> {
    if ran.results != jobs {
        let violation = Violation::new(Finding::WrongResult, format!("expected the results of {jobs} jobs"));
        return Err(violation.got(format!("there were {}", ran.results)));
    }
    Ok(())
}

fn at_most(limit: usize, ran: &Ran) -> Result<(), Violation> {
    if ran.most > limit {
        let violation = Violation::new(
            Finding::LimitExceeded,
            format!("expected at most {limit} of the jobs at once"),
        );
        return Err(violation.got(format!("{} jobs ran at the same time", ran.most)));
    }
    Ok(())
}

/// Jobs pause, so that all that may run do run before the first has ended.
fn exactly(due: usize, ran: &Ran) -> Result<(), Violation> {
    at_most(due, ran)?;
    if ran.most < due {
        let violation = Violation::new(
            Finding::OverSerialized,
            format!("expected {due} jobs to run at the same time, as the limit allows"),
        );
        return Err(violation.got(format!("never more than {} did", ran.most)));
    }
    Ok(())
}

/// A thread that hands out the jobs may come on top.
fn no_more_threads_than_jobs(execution: &Execution<Ran>, jobs: usize) -> Result<(), Violation> {
    let started = execution.threads.len() - 1;
    if started > jobs + 1 {
        let violation = Violation::new(
            Finding::LimitExceeded,
            format!("expected no more threads than there are jobs, which are {jobs}"),
        );
        return Err(violation.got(format!("{started} threads were started")));
    }
    Ok(())
}
