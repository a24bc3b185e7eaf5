//! `count_without_locks` counts every round, in threads that run at the same time.

use std::{panic, thread};

use harness::{Execution, Finding, Model, Violation};

use crate::contract::count_without_locks;

pub(crate) fn counting_loses_nothing(model: &mut Model) {
    model.executions(5_000);
    model.random(200);
    for (threads, rounds) in [(1, 1), (2, 1), (2, 2), (3, 1), (1, 3), (0, 3), (2, 0), (0, 0)] {
        counts(model, threads, rounds);
    }
    model.late_threads(1);
    counts(model, 2, 1);
    model.late_threads(0);
    model.preemptions(1);
    model.every(
        "2 threads with 2 rounds, then 1 thread with 1 round",
        || [count_without_locks(2, 2), count_without_locks(1, 1)],
        |execution| {
            is(execution, execution.value[0], 4)?;
            is(execution, execution.value[1], 1)
        },
    );
    model.every(
        "two calls at the same time, 2 threads with 1 round and 1 thread with 3 rounds",
        || {
            thread::scope(|scope| {
                let other = scope.spawn(|| count_without_locks(1, 3));
                let own = count_without_locks(2, 1);
                [
                    own,
                    other.join().unwrap_or_else(|payload| panic::resume_unwind(payload)),
                ]
            })
        },
        |execution| {
            is(execution, execution.value[0], 2)?;
            is(execution, execution.value[1], 3)
        },
    );
    model.one_execution();
    for (threads, rounds) in [(300, 2), (2, 70_000)] {
        counts(model, threads, rounds);
    }
}

fn counts(model: &mut Model, threads: usize, rounds: usize) {
    model.every(
        label(threads, rounds),
        move || count_without_locks(threads, rounds),
        move |execution| is(execution, execution.value, (threads.max(1) * rounds) as u64),
    );
}

fn label(threads: usize, rounds: usize) -> String {
    format!("{threads} threads, {rounds} rounds each")
}

#[track_caller]
fn is<T>(execution: &Execution<T>, got: u64, expected: u64) -> Result<(), Violation> {
    if got == expected {
        return Ok(());
    }
    let finding = match execution.preemptions {
        0 => Finding::WrongResult,
        _ => Finding::Race,
    };
    Err(Violation::new(finding, format!("expected {expected} rounds")).got(format!("{got} were counted")))
}

pub(crate) fn counting_threads_run_at_the_same_time(model: &mut Model) {
    for threads in [2, 3] {
        all_at_once(model, threads);
    }
    model.one_execution();
    all_at_once(model, 100);
}

/// The calling thread may be one of those that count.
fn all_at_once(model: &mut Model, threads: usize) {
    model.reach(
        label(threads, 2),
        move || count_without_locks(threads, 2),
        "all threads are there at the same time, with or without the calling thread",
        threads - 1,
        |execution| execution.most_alive,
    );
}
