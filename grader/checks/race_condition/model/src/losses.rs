//! `lose_all_but_one` always loses all but one, because of what each thread loads and stores.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use harness::{Finding, Model, Violation};
use race_condition::lose_all_but_one;

/// The most operations of a thread that loads, stores and sleeps in between, or starts and joins a few others. One that
/// looks again and again does so for longer in some interleaving.
const MOST_OPERATIONS_OF_A_SLEEPER: u64 = 64;

/// A value with digits in all of its bytes but the first.
const START: u64 = 0x0123_4567_89ab_cdef;

pub(crate) fn all_but_one_are_lost(model: &mut Model) {
    model.executions(5_000);
    model.random(300);
    for threads in [1, 2, 3, 0] {
        loses(model, threads);
    }
    // A pause does not order threads: one of them may be slower than any pause.
    model.late_threads(1);
    loses(model, 2);
    model.late_threads(0);
    model.spurious_wakeups(1);
    loses(model, 3);
    model.spurious_wakeups(0);
    model.preemptions(1);
    model.every(
        "calls with 3, 2 and 3 threads, one after the other",
        || [3, 2, 3].map(|threads| lose(START, threads)).to_vec(),
        |execution| {
            execution
                .value
                .iter()
                .try_for_each(|after| is_one_more(*after, START, execution.preemptions))
        },
    );
    model.executions(2_000);
    model.every(
        "two calls at the same time, 2 threads each",
        || {
            thread::scope(|scope| {
                let other = scope.spawn(|| lose(7, 2));
                let own = lose(START, 2);
                [
                    own,
                    other
                        .join()
                        .unwrap_or_else(|payload| std::panic::resume_unwind(payload)),
                ]
            })
        },
        |execution| {
            is_one_more(execution.value[0], START, execution.preemptions)?;
            is_one_more(execution.value[1], 7, execution.preemptions)
        },
    );
    model.one_execution();
    for threads in [300, 70] {
        loses(model, threads);
    }
}

fn loses(model: &mut Model, threads: usize) {
    model.every(
        format!("{threads} threads"),
        move || lose(START, threads),
        move |execution| {
            is_one_more(execution.value, START, execution.preemptions)?;
            // Nothing here takes time but a pause.
            if execution.elapsed >= Duration::from_millis(1) {
                let violation = Violation::new(
                    Finding::OverSerialized,
                    "expected the threads to wait for each other only",
                );
                return Err(violation.got(format!("{:?} passed", execution.elapsed)));
            }
            let most = execution
                .threads
                .iter()
                .map(|thread| thread.operations)
                .max()
                .unwrap_or(0);
            if threads <= 3 && most > MOST_OPERATIONS_OF_A_SLEEPER {
                let violation = Violation::new(
                    Finding::BusyWait,
                    "expected a waiting thread to sleep until it is woken",
                );
                return Err(violation.got(format!("one performed {most} operations")));
            }
            Ok(())
        },
    );
}

/// The value after a call.
fn lose(start: u64, threads: usize) -> u64 {
    // Its type is told by the call, as in `contract.rs`.
    let value = start.into();
    lose_all_but_one(&value, threads);
    value.into_inner()
}

#[track_caller]
fn is_one_more(after: u64, before: u64, preemptions: u32) -> Result<(), Violation> {
    if after == before + 1 {
        return Ok(());
    }
    let finding = match preemptions {
        0 => Finding::WrongResult,
        _ => Finding::Race,
    };
    let violation = Violation::new(
        finding,
        format!("expected the value to go from {before} to {}", before + 1),
    );
    Err(violation.got(format!("it went to {after}")))
}

/// Somebody else uses the value as well, so that it is seen that each thread loads for itself, and stores.
pub(crate) fn every_thread_loads_and_stores(model: &mut Model) {
    model.executions(1_000);
    model.random(100);
    starts_threads(model, 3);
    // No more stores than threads.
    for threads in [0, 1, 2] {
        model.every(
            format!("{threads} threads, and somebody else takes away what they store"),
            move || take_away(threads),
            move |execution| {
                let (most, found) = (threads.max(1), execution.value);
                if found <= most {
                    return Ok(());
                }
                let violation = Violation::new(Finding::WrongResult, format!("expected 1 to be stored {most} times"));
                Err(violation.got(format!("it was stored {found} times")))
            },
        );
    }
    model.preemptions(3);
    model.executions(50_000);
    model.random(2_000);
    model.some(
        "2 threads, and somebody else stores 100 between their loads",
        store_between_loads,
        "one of them has stored 1, and the other one 101",
        |execution| {
            let mut found = execution.value;
            found.sort_unstable();
            found == [1, 101]
        },
    );
    for threads in [1, 3] {
        model.reach(
            format!("{threads} threads, and somebody else takes away what they store"),
            move || take_away(threads),
            "each thread has stored 1",
            threads,
            |execution| execution.value,
        );
    }
    model.one_execution();
    starts_threads(model, 300);
}

/// Requires that many threads at once, of which the calling thread may be one.
fn starts_threads(model: &mut Model, threads: usize) {
    model.every(
        format!("{threads} threads"),
        move || lose(START, threads),
        move |execution| {
            if execution.most_alive + 1 >= threads {
                return Ok(());
            }
            let violation = Violation::new(
                Finding::NotConcurrent,
                format!("expected {threads} threads at the same time, which may include the calling one"),
            );
            Err(violation.got(format!("there were {}", execution.most_alive)))
        },
    );
}

/// What two threads have stored, where each has loaded another number.
fn store_between_loads() -> [u64; 2] {
    let value = 0.into();
    let first = thread::scope(|scope| {
        scope.spawn(|| lose_all_but_one(&value, 2));
        // Each yield is on a line of its own, so that going on and letting others run both cost no preemption.
        thread::yield_now();
        value.store(100, Ordering::SeqCst);
        thread::yield_now();
        value.swap(TAKEN, Ordering::SeqCst)
    });
    [first, value.into_inner()]
}

/// What is in the value once it was taken away.
const TAKEN: u64 = 9_000;

/// How often 1 was found in the value.
fn take_away(threads: usize) -> usize {
    let value = 0.into();
    let taken = thread::scope(|scope| {
        scope.spawn(|| lose_all_but_one(&value, threads));
        // Each yield is on a line of its own, as above. A thread that loads after a take stores another number.
        thread::yield_now();
        let first = value.swap(TAKEN, Ordering::SeqCst);
        thread::yield_now();
        [first, value.swap(TAKEN, Ordering::SeqCst)]
    });
    taken
        .into_iter()
        .chain([value.into_inner()])
        .filter(|found| *found == 1)
        .count()
}
