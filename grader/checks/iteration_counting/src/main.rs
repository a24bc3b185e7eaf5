//! The checks of `iteration_counting`: two threads take turns, and nobody loses count.
//!
//! A submission is judged by the runs it returns. How it shares what, when it records a run, and which threads it
//! starts besides the two, is its own affair.

mod contract;
mod runs;

use std::process::ExitCode;

use driver::{Check, Finding, Model};
use runs::{Flaw, Runs};

/// What must be true of the runs of a call.
type Property = fn(&Runs) -> Result<(), Flaw>;

/// Enough for a thread to be interrupted in the middle of an iteration, and for the one that takes over to be
/// interrupted by the first in its turn.
const PREEMPTIONS: u32 = 2;

/// Executions at random, for what takes more preemptions than that.
const RANDOM: u64 = 500;

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
];

fn main() -> ExitCode {
    driver::main(CHECKS)
}

fn zero_gives_no_run_and_one_gives_one(model: &mut Model) {
    always(model, 0, Runs::are_as_many_as_the_total, Finding::WrongResult);
    alone_then_always(model, 1, Runs::are_as_many_as_the_total);
}

fn runs_add_up_to_the_total(model: &mut Model) {
    alone_then_always(model, 2, Runs::add_up);
    alone_then_always(model, 3, Runs::add_up);
}

fn no_run_is_empty(model: &mut Model) {
    alone_then_always(model, 2, Runs::none_is_empty);
    alone_then_always(model, 3, Runs::none_is_empty);
}

fn runs_alternate_between_a_and_b(model: &mut Model) {
    // Between two iterations there is one change of threads at most, so no run can come out of order. A name that is
    // wrong even so is wrong in every interleaving with a change.
    always(model, 2, Runs::alternate, Finding::WrongResult);
    alone_then_always(model, 3, Runs::alternate);
}

/// Each scenario has one iteration more than the runs asked for need, and one preemption: whoever names a run wrongly
/// or forgets to record the last one is told so by another check, and takes turns all the same.
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

/// Demands `property` where no thread is interrupted, or else the result is plainly wrong; then in every interleaving,
/// or else there is a race.
fn alone_then_always(model: &mut Model, total: u64, property: Property) {
    let scenario = format!("{}, no thread interrupted", iterations(total));
    model.preemptions(0);
    model.random(0);
    model.every(
        scenario,
        move || Runs::of(total),
        move |execution| property(&execution.value).map_err(|flaw| flaw.found_as(Finding::WrongResult)),
    );
    always(model, total, property, Finding::Race);
}

/// Demands `property` in every interleaving.
fn always(model: &mut Model, total: u64, property: Property, finding: Finding) {
    model.preemptions(PREEMPTIONS);
    model.random(RANDOM);
    model.every(
        iterations(total),
        move || Runs::of(total),
        move |execution| property(&execution.value).map_err(|flaw| flaw.found_as(finding)),
    );
}

fn iterations(total: u64) -> String {
    match total {
        1 => "1 iteration".to_owned(),
        _ => format!("{total} iterations"),
    }
}
