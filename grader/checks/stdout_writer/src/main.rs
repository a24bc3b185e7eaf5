//! The checks of the exercise `stdout_writer`.
//!
//! They judge what reaches standard output, from which thread and at which virtual time, and nothing else: how a
//! submission keeps the others out, and in how many calls it writes, is its own affair. An unforced order of the lines
//! is part of the task, so none is expected; that more than one happens is.

mod calls;
mod contract;
mod line;
mod open_lines;
mod order;
mod pauses;
mod text;

use std::process::ExitCode;
use std::time::Duration;

use driver::{Check, Execution, Fault, Finding, Model};
use stdout_writer::{one_at_a_time, two_at_a_time};

use crate::text::{every_line_is_written, every_part_is_whole};

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("one_at_a_time_writes_every_line", one_at_a_time_writes_every_line),
    Check::new("one_at_a_time_keeps_lines_whole", one_at_a_time_keeps_lines_whole),
    Check::new(
        "one_at_a_time_pauses_inside_the_line",
        one_at_a_time_pauses_inside_the_line,
    ),
    Check::new("two_at_a_time_writes_every_line", two_at_a_time_writes_every_line),
    Check::new("two_at_a_time_never_opens_three", two_at_a_time_never_opens_three),
    Check::new("two_at_a_time_opens_two_at_once", two_at_a_time_opens_two_at_once),
    Check::new(
        "two_at_a_time_pauses_inside_the_line",
        two_at_a_time_pauses_inside_the_line,
    ),
    Check::new("threads_go_in_any_order", threads_go_in_any_order),
    Check::new("every_call_starts_anew", every_call_starts_anew),
];

fn main() -> ExitCode {
    driver::main(CHECKS)
}

fn one_at_a_time_writes_every_line(model: &mut Model) {
    let every_line =
        |execution: &Execution<()>, pauses: &[Duration]| every_line_is_written(&execution.stdout, pauses.len());
    every(model, one_at_a_time, &[], every_line);
    every(model, one_at_a_time, &[2], every_line);
    every(model, one_at_a_time, &[1, 2], every_line);
    few_executions(model);
    every(model, one_at_a_time, &[0, 0, 0], every_line);
}

fn one_at_a_time_keeps_lines_whole(model: &mut Model) {
    let whole_lines = |execution: &Execution<()>, pauses: &[Duration]| {
        open_lines::every_line_is_whole(&execution.stdout, pauses.len())
    };
    every(model, one_at_a_time, &[0, 0], whole_lines);
    every(model, one_at_a_time, &[2, 1], whole_lines);
    few_executions(model);
    every(model, one_at_a_time, &[0, 0, 0], whole_lines);
    every(model, one_at_a_time, &[3, 2, 1], whole_lines);
}

fn one_at_a_time_pauses_inside_the_line(model: &mut Model) {
    let the_sum = |execution: &Execution<()>, pauses: &[Duration]| {
        pauses::each_lies_inside_its_line(&execution.stdout, pauses)?;
        pauses::together_take(execution.elapsed, pauses.iter().sum(), Finding::Race)
    };
    every(model, one_at_a_time, &[], the_sum);
    every(model, one_at_a_time, &[2], the_sum);
    few_executions(model);
    every(model, one_at_a_time, &[3, 2, 1], the_sum);
}

fn two_at_a_time_writes_every_line(model: &mut Model) {
    let every_line = |execution: &Execution<()>, pauses: &[Duration]| {
        every_line_is_written(&execution.stdout, pauses.len())?;
        every_part_is_whole(&execution.stdout, pauses.len())
    };
    every(model, two_at_a_time, &[], every_line);
    every(model, two_at_a_time, &[2], every_line);
    every(model, two_at_a_time, &[1, 2], every_line);
    few_executions(model);
    every(model, two_at_a_time, &[0, 0, 0], every_line);
}

fn two_at_a_time_never_opens_three(model: &mut Model) {
    let at_most_two = |execution: &Execution<()>, pauses: &[Duration]| {
        open_lines::at_most_two_are_open(&execution.stdout, pauses.len())
    };
    few_executions(model);
    every(model, two_at_a_time, &[1, 1, 1], at_most_two);
    every(model, two_at_a_time, &[3, 2, 1], at_most_two);
    every(model, two_at_a_time, &[0, 0, 0], at_most_two);
    model.spurious_wakeups(1);
    every(model, two_at_a_time, &[1, 1, 1], at_most_two);
}

fn two_at_a_time_opens_two_at_once(model: &mut Model) {
    let body = || two_at_a_time(&seconds(&[1, 1, 1]));
    let what = "two threads were between their two parts at the same time";
    model.some("pauses of 1 s, 1 s, 1 s", body, what, |execution| {
        open_lines::two_are_open_at_once(&execution.stdout)
    });
}

fn two_at_a_time_pauses_inside_the_line(model: &mut Model) {
    let half = |execution: &Execution<()>, pauses: &[Duration]| {
        pauses::each_lies_inside_its_line(&execution.stdout, pauses)?;
        let n_rounds = pauses.len().div_ceil(2);
        pauses::together_take(
            execution.elapsed,
            pauses.iter().take(n_rounds).sum(),
            Finding::LimitExceeded,
        )
    };
    every(model, two_at_a_time, &[], half);
    every(model, two_at_a_time, &[2, 2], half);
    few_executions(model);
    every(model, two_at_a_time, &[1, 1, 1, 1], half);
    every(model, two_at_a_time, &[2, 2, 2], half);
    // How long uneven pauses take depends on who goes first, so only where each of them lies is judged.
    every(model, two_at_a_time, &[3, 2, 1], |execution, pauses| {
        pauses::each_lies_inside_its_line(&execution.stdout, pauses)
    });
}

fn threads_go_in_any_order(model: &mut Model) {
    let what = "the lines began in another order than in the first";
    let one = || one_at_a_time(&seconds(&[1, 1]));
    model.some(
        "one at a time, pauses of 1 s, 1 s",
        one,
        what,
        order::differs_from_the_first(),
    );
    let two = || two_at_a_time(&seconds(&[1, 1]));
    model.some(
        "two at a time, pauses of 1 s, 1 s",
        two,
        what,
        order::differs_from_the_first(),
    );
}

fn every_call_starts_anew(model: &mut Model) {
    few_executions(model);
    let one_twice = || calls::call_both(one_at_a_time, one_at_a_time, &seconds(&[1, 1]));
    model.every("one at a time, twice", one_twice, |execution| {
        calls::same_twice(&execution.stdout, 2)
    });
    let two_twice = || calls::call_both(two_at_a_time, two_at_a_time, &seconds(&[1, 1, 1]));
    model.every("two at a time, twice", two_twice, |execution| {
        calls::same_twice(&execution.stdout, 3)
    });
    let one_then_two = || calls::call_both(one_at_a_time, two_at_a_time, &seconds(&[1, 1]));
    model.every("one at a time, then two", one_then_two, |execution| {
        calls::all_written_twice(&execution.stdout, 2)
    });
    let two_then_one = || calls::call_both(two_at_a_time, one_at_a_time, &seconds(&[1, 1]));
    model.every("two at a time, then one", two_then_one, |execution| {
        calls::all_written_twice(&execution.stdout, 2)
    });
}

/// Holds `property` to be true of every execution of `function` with pauses of so many seconds.
fn every(
    model: &mut Model,
    function: fn(&[Duration]),
    pauses: &[u64],
    property: impl Fn(&Execution<()>, &[Duration]) -> Result<(), Fault> + 'static,
) {
    let label = match pauses {
        [] => "no pauses".to_owned(),
        pauses => format!(
            "pauses of {}",
            pauses.iter().map(|s| format!("{s} s")).collect::<Vec<_>>().join(", ")
        ),
    };
    let pauses = seconds(pauses);
    let given = pauses.clone();
    model.every(
        &label,
        move || function(&given),
        move |execution| property(execution, &pauses),
    );
}

fn seconds(pauses: &[u64]) -> Vec<Duration> {
    pauses.iter().copied().map(Duration::from_secs).collect()
}

/// Three threads and more have too many interleavings to run them all: a student waits for this. Whatever the
/// mistakes of this exercise take to show is among those with at most one preemption, and these come first.
fn few_executions(model: &mut Model) {
    model.executions(3_000);
    model.random(300);
}
