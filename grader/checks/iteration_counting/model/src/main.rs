//! The checks of `iteration_counting`: two threads take turns, and nobody loses count.
//!
//! A submission is judged by the runs it returns. How it shares what, when it records a run, and which threads it
//! starts besides the two, is its own affair.

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

/// Enough for a counter of one byte to overflow, and for a log with room for some hundred entries.
const MANY: u64 = 1000;

/// Operations in an execution with [`MANY`] iterations, at most: fifty for each, where a dozen is much.
const STEPS_OF_MANY: u64 = 50 * MANY;

/// Iterations enough to outnumber all that a call does besides.
const QUITE_A_FEW: u64 = 100;

/// Fewer operations than [`QUITE_A_FEW`] iterations take: another thread can come in only where there is an operation,
/// and so each iteration has one of its own at least. Half as many leave room for doubt.
const STEPS_OF_QUITE_A_FEW: u64 = QUITE_A_FEW / 2;

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
    a_few_executions(model);
    model.steps(STEPS_OF_MANY);
    model.every(
        iterations(MANY),
        || Runs::of(MANY),
        |execution| {
            let judged = execution.value.add_up();
            judged.map_err(|flaw| flaw.found_as(Finding::WrongResult))
        },
    );
}

fn no_run_is_empty(model: &mut Model) {
    always(model, 2, Runs::none_is_empty);
    always(model, 3, Runs::none_is_empty);
}

fn runs_alternate_between_a_and_b(model: &mut Model) {
    // Between two iterations there is one change of threads at most, so no run can come out of order. A name that is
    // wrong even so is wrong in every interleaving with a change.
    always_found_as(model, 2, Runs::alternate, |_| Finding::WrongResult);
    always(model, 3, Runs::alternate);
}

/// The first scenarios have one iteration more than the runs asked for need, and one preemption: whoever names a run
/// wrongly or forgets to record the last one is told so by another check, and takes turns all the same.
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
    model.some(
        "4 iterations",
        || Runs::of(4),
        "the threads make three runs",
        |execution| execution.value.makers().len() >= 3,
    );
    a_few_executions(model);
    model.every(iterations(QUITE_A_FEW), || Runs::of(QUITE_A_FEW), were_made_one_by_one);
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

/// What one call leaves to the next shows when no thread is interrupted. What else goes wrong, other checks show.
fn every_call_starts_anew(model: &mut Model) {
    model.preemptions(0);
    model.random(0);
    model.every(
        "2 iterations, then 3 in a second call",
        || [Runs::of(2), Runs::of(3)],
        |execution| {
            let [first, second] = &execution.value;
            let judged = first.are_right().map_err(|flaw| flaw.in_call("first"));
            let judged = judged.and_then(|()| second.are_right().map_err(|flaw| flaw.in_call("second")));
            judged.map_err(|flaw| flaw.found_as(Finding::WrongResult))
        },
    );
}

/// A pause does not order threads: one of them may be slower than any pause. Nothing is asked of the runs, since a call
/// that returns while a thread still runs fails whatever it returns.
fn threads_have_ended_on_return(model: &mut Model) {
    model.late_threads(1);
    model.every("2 iterations, a thread may be slow", || Runs::of(2), |_| Ok(()));
}

/// Demands `property` in every interleaving. What goes wrong even where no thread is interrupted is plainly wrong, and
/// anything else is a race.
fn always(model: &mut Model, total: u64, property: Property) {
    always_found_as(model, total, property, |preemptions| match preemptions {
        0 => Finding::WrongResult,
        _ => Finding::Race,
    });
}

/// Demands `property` in every interleaving; `finding` names the defect by the number of preemptions.
fn always_found_as(model: &mut Model, total: u64, property: Property, finding: fn(u32) -> Finding) {
    model.preemptions(PREEMPTIONS);
    model.every(
        iterations(total),
        move || Runs::of(total),
        move |execution| property(&execution.value).map_err(|flaw| flaw.found_as(finding(execution.preemptions))),
    );
}

/// Demands that there was something to do for each iteration. Which of the threads did how much is theirs to say.
fn were_made_one_by_one(execution: &Execution<Runs>) -> Result<(), Violation> {
    let steps: u64 = execution.threads.iter().map(|thread| thread.operations).sum();
    if steps < STEPS_OF_QUITE_A_FEW {
        // The caller and one more are not yet two threads that could meet.
        let finding = match execution.threads.len() {
            0..=2 => Finding::NotConcurrent,
            _ => Finding::OverSerialized,
        };
        let violation = Violation::new(
            finding,
            format!(
                "Expected {} made one by one, so that a thread can come in between any two.",
                iterations(QUITE_A_FEW)
            ),
        );
        return Err(violation.got(format!(
            "There were {steps} operations in all, so most iterations took none."
        )));
    }
    Ok(())
}

/// For totals so large that a single execution says it all; some more show another order of threads that wait for each
/// other.
fn a_few_executions(model: &mut Model) {
    model.preemptions(0);
    model.executions(8);
    model.random(0);
}

fn iterations(total: u64) -> String {
    match total {
        1 => "1 iteration".to_owned(),
        _ => format!("{total} iterations"),
    }
}
