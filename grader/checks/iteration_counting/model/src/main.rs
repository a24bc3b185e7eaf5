//! The checks of `iteration_counting`: two threads take turns, and no iteration is lost.
//!
//! A submission is judged by the runs that it returns. It may share data, record runs and start further threads in any
//! way.

mod contract;
mod runs;

use std::process::ExitCode;

use harness::{Check, Execution, Finding, Model, Violation};
use runs::{Flaw, Runs};

/// What must be true of the runs of a call.
type Property = fn(&Runs) -> Result<(), Flaw>;

/// Enough for a thread to be interrupted in the middle of an iteration, and for the one that takes over to be
/// interrupted by the first in its turn.
const PREEMPTIONS: u32 = 2;

/// More iterations than a counter of one byte can count, or a log with room for some hundred entries can hold.
const LARGE_TOTAL: u64 = 1000;

/// More iterations than 16 bits can count.
const VERY_LARGE_TOTAL: u64 = 70_000;

/// The most operations for each iteration, where a dozen is much.
const MOST_STEPS_OF_ITERATION: u64 = 50;

/// So many iterations that their operations outnumber the others of a call.
const MEDIUM_TOTAL: u64 = 100;

/// How many iterations of [`MEDIUM_TOTAL`] each of the two threads has to be able to make: fewer than they make if they
/// take turns, and too many for a thread that stops after a few.
const SHARE_OF_MEDIUM_TOTAL: usize = MEDIUM_TOTAL as usize / 4;

/// The most operations of a caller that starts a few threads and sleeps until they have made two iterations.
const MOST_OPERATIONS_OF_THE_CALLER: u64 = 32;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new(
        "zero_gives_no_run_and_one_gives_one",
        zero_gives_no_run_and_one_gives_one,
    ),
    Check::new("runs_add_up_to_the_total", runs_add_up_to_the_total),
    Check::new("no_run_is_empty", no_run_is_empty),
    Check::new("runs_alternate_between_a_and_b", runs_alternate_between_a_and_b),
    Check::new("threads_take_turns", threads_take_turns),
    Check::new("either_thread_may_begin", either_thread_may_begin),
    Check::new("every_call_starts_anew", every_call_starts_anew),
    Check::new("threads_have_ended_on_return", threads_have_ended_on_return),
];

fn main() -> ExitCode {
    harness::main(CHECKS)
}

fn zero_gives_no_run_and_one_gives_one(model: &mut Model) {
    always(model, 0, Runs::are_as_many_as_the_total);
    always(model, 1, Runs::are_as_many_as_the_total);
}

fn runs_add_up_to_the_total(model: &mut Model) {
    always(model, 2, Runs::add_up);
    always(model, 3, Runs::add_up);
    // A thread that is never late makes a run that no 16 bits can count. One that yields after each iteration does so
    // in one of the later executions, where nobody else wants the processor.
    model.turn(u32::MAX);
    for (total, executions) in [(LARGE_TOTAL, 8), (VERY_LARGE_TOTAL, 4)] {
        a_few_executions(model, executions);
        model.steps(MOST_STEPS_OF_ITERATION * total);
        model.every(
            iterations(total),
            move || Runs::of(total),
            |execution| {
                let judged = execution.value.add_up();
                judged.map_err(|flaw| flaw.found_as(Finding::WrongResult))
            },
        );
    }
}

fn no_run_is_empty(model: &mut Model) {
    some_runs(model);
    always(model, 2, Runs::none_is_empty);
    always(model, 3, Runs::none_is_empty);
}

fn runs_alternate_between_a_and_b(model: &mut Model) {
    some_runs(model);
    // Two iterations have at most one change of threads, so no run can be out of order. A wrong name is then no race.
    always_found_as(model, 2, Runs::alternate, |_| Finding::WrongResult);
    always(model, 3, Runs::alternate);
}

/// The first scenarios have one iteration and one preemption more than the expected runs need. So a submission that
/// names a run wrongly or forgets the last one still passes: other checks report that.
fn threads_take_turns(model: &mut Model) {
    model.preemptions(PREEMPTIONS + 1);
    model.some(
        "3 iterations",
        || Runs::of(3),
        "both threads make an iteration",
        |execution| {
            let makers = execution.value.makers();
            makers.contains(&'a') && makers.contains(&'b')
        },
    );
    model.reach(
        "4 iterations",
        || Runs::of(4),
        "the threads make three runs",
        3,
        |execution| execution.value.makers().len(),
    );
    // A sample with few preemptions shows the same: they come early and late.
    model.preemptions(1);
    model.executions(2_000);
    for thread in ['a', 'b'] {
        model.reach(
            iterations(MEDIUM_TOTAL),
            || Runs::of(MEDIUM_TOTAL),
            format!("thread {thread} makes a quarter of the iterations or more, beside the other one"),
            SHARE_OF_MEDIUM_TOTAL,
            move |execution| execution.value.made_beside_another(thread),
        );
    }
    a_few_executions(model, 8);
    model.every(
        iterations(MEDIUM_TOTAL),
        || Runs::of(MEDIUM_TOTAL),
        |execution| were_made_one_by_one(execution, MEDIUM_TOTAL),
    );
    // A block that grows with the total is then long, even if it is a small part.
    a_few_executions(model, 1);
    model.steps(MOST_STEPS_OF_ITERATION * VERY_LARGE_TOTAL);
    model.every(
        iterations(VERY_LARGE_TOTAL),
        || Runs::of(VERY_LARGE_TOTAL),
        |execution| were_made_one_by_one(execution, VERY_LARGE_TOTAL),
    );
}

fn either_thread_may_begin(model: &mut Model) {
    model.some(
        "2 iterations, b first",
        || Runs::of(2),
        "thread b makes the first iteration",
        |execution| execution.value.makers().first() == Some(&'b'),
    );
    model.some(
        "2 iterations, a first",
        || Runs::of(2),
        "thread a makes the first iteration",
        |execution| execution.value.makers().first() == Some(&'a'),
    );
}

/// State that one call leaves to the next shows without preemptions. Other checks find what needs them.
fn every_call_starts_anew(model: &mut Model) {
    model.preemptions(0);
    model.executions(1_000);
    model.random(0);
    calls(model, "2 iterations, then 3 in a second call", &[2, 3]);
    calls(model, "calls with 3, 2 and 3 iterations", &[3, 2, 3]);
    calls(model, "calls with 2, 1 and 2 iterations", &[2, 1, 2]);
}

fn calls(model: &mut Model, label: &str, totals: &'static [u64]) {
    let names = ["first", "second", "third"];
    model.every(
        label,
        || totals.iter().copied().map(Runs::of).collect(),
        |execution: &Execution<Vec<Runs>>| {
            let judged = execution.value.iter().zip(names).try_for_each(|(runs, name)| {
                let judged = runs.are_right();
                judged.map_err(|flaw| flaw.in_call(name))
            });
            judged.map_err(|flaw| flaw.found_as(Finding::WrongResult))
        },
    );
}

/// A pause does not order threads: one of them may be slower than any pause. The runs are not judged, since a call that
/// returns while a thread still runs fails in any case.
fn threads_have_ended_on_return(model: &mut Model) {
    some_runs(model);
    model.late_threads(1);
    model.every("2 iterations, a thread may be slow", || Runs::of(2), the_caller_sleeps);
    // Where nothing is to be done, time passes only for a caller that looks from time to time.
    model.late_threads(0);
    model.every(
        "0 iterations",
        || Runs::of(0),
        |execution| {
            if execution.elapsed.is_zero() {
                return Ok(());
            }
            let violation = Violation::new(
                Finding::BusyWait,
                "Expected a total of 0 to give no runs at once, without a pause.",
            );
            Err(violation.got(format!("{:?} passed.", execution.elapsed)))
        },
    );
}

/// Requires that the caller took no more steps than one that sleeps until the threads have ended.
fn the_caller_sleeps(execution: &Execution<Runs>) -> Result<(), Violation> {
    let operations = execution.threads[0].operations;
    if operations <= MOST_OPERATIONS_OF_THE_CALLER {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::BusyWait,
        "Expected the calling thread to sleep until the other threads have ended.",
    );
    Err(violation.got(format!(
        "It performed {operations} operations, so it looked again and again."
    )))
}

/// Requires that there can be runs, so that no property is true only because nothing is done.
fn some_runs(model: &mut Model) {
    model.preemptions(PREEMPTIONS);
    model.some(
        iterations(2),
        || Runs::of(2),
        "the threads make a run",
        |execution| !execution.value.makers().is_empty(),
    );
}

/// Requires `property` in every interleaving. A violation without a preemption is a wrong result, any other is a race.
fn always(model: &mut Model, total: u64, property: Property) {
    always_found_as(model, total, property, |preemptions| match preemptions {
        0 => Finding::WrongResult,
        _ => Finding::Race,
    });
}

/// Requires `property` in every interleaving; the number of preemptions decides the `finding`.
fn always_found_as(model: &mut Model, total: u64, property: Property, finding: fn(u32) -> Finding) {
    model.preemptions(PREEMPTIONS);
    model.every(
        iterations(total),
        move || Runs::of(total),
        move |execution| property(&execution.value).map_err(|flaw| flaw.found_as(finding(execution.preemptions))),
    );
}

/// Requires that each iteration took an operation. The threads may divide the iterations in any way.
///
/// Threads can switch only at an operation, so each iteration needs at least one. Half as many leave a margin.
fn were_made_one_by_one(execution: &Execution<Runs>, total: u64) -> Result<(), Violation> {
    let steps: u64 = execution.threads.iter().map(|thread| thread.operations).sum();
    if steps < total / 2 {
        // The caller, which waits, and one other thread do not work at the same time.
        let finding = match execution.threads.len() {
            0..=2 => Finding::NotConcurrent,
            _ => Finding::OverSerialized,
        };
        let violation = Violation::new(
            finding,
            format!(
                "Expected {} made one by one, so that a thread can come in between any two.",
                iterations(total)
            ),
        );
        return Err(violation.got(format!(
            "There were {steps} operations in all, so most iterations took none."
        )));
    }
    Ok(())
}

/// For totals so large that a single execution shows the defect. A few more try other orders of waiting threads.
fn a_few_executions(model: &mut Model, n: u64) {
    model.preemptions(0);
    model.executions(n);
    model.random(0);
}

fn iterations(total: u64) -> String {
    match total {
        1 => "1 iteration".to_owned(),
        _ => format!("{total} iterations"),
    }
}
