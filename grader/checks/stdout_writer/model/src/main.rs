//! The checks of the exercise `stdout_writer`.
//!
//! They judge what reaches standard output, from which thread and at which virtual time, and nothing else. A submission
//! may keep other threads out in any way, and write in any number of calls. The order of the lines must not be fixed,
//! so a check requires that it can differ from that of the threads' numbers.

mod calls;
mod contract;
mod line;
mod open_lines;
mod order;
mod pauses;
mod text;
mod waiting;

use std::process::ExitCode;
use std::time::Duration;

use harness::{Check, Execution, Finding, Model, Violation};

use crate::calls::Call;
use crate::contract::{one_at_a_time, two_at_a_time};
use crate::line::lines_of;
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

/// More milliseconds than 32 bits can hold.
const FIFTY_DAYS: Duration = Duration::from_secs(50 * 24 * 60 * 60);

/// Longer than any timeout that a submission is likely to take for long enough, and so long that a thread that polls
/// once a day is noticed by the number of its operations.
const HUNDRED_DAYS: Duration = Duration::from_secs(100 * 24 * 60 * 60);

/// More nanoseconds than 64 bits can hold.
const SIX_HUNDRED_YEARS: Duration = Duration::from_secs(600 * 365 * 24 * 60 * 60);

/// Not a whole number of milliseconds.
const SOME_MICROSECONDS: Duration = Duration::from_micros(300);

/// Not a whole number of milliseconds or microseconds.
const WITH_A_FRACTION: Duration = Duration::new(1, 500_000_001);

/// Twelve pauses of one second, so that some threads have names with two digits.
const A_DOZEN: [u64; 12] = [1; 12];

/// More pauses than a byte can number. They have no length, so that a thread that polls is not too slow: another check
/// judges that.
const HUNDREDS: [u64; 300] = [0; 300];

fn main() -> ExitCode {
    harness::main(CHECKS)
}

fn one_at_a_time_writes_every_line(model: &mut Model) {
    writes_every_line(model, one_at_a_time, |execution, pauses| {
        every_line_is_written(&execution.stdout, pauses.len())
    });
}

fn one_at_a_time_keeps_lines_whole(model: &mut Model) {
    few_executions(model);
    let whole_lines = |execution: &Execution<()>, pauses: &[Duration]| {
        open_lines::every_line_is_whole(&execution.stdout, pauses.len())
    };
    every(model, one_at_a_time, &seconds(&[0, 0]), whole_lines);
    every(model, one_at_a_time, &seconds(&[2, 1]), whole_lines);
    every(model, one_at_a_time, &seconds(&[0, 0, 0]), whole_lines);
    every(model, one_at_a_time, &seconds(&[1, 3, 2]), whole_lines);
    model.spurious_wakeups(1);
    every(model, one_at_a_time, &seconds(&[1, 1, 1]), whole_lines);
    model.spurious_wakeups(0);
    only_some_executions(model);
    every(model, one_at_a_time, &seconds(&A_DOZEN), whole_lines);
}

fn one_at_a_time_pauses_inside_the_line(model: &mut Model) {
    few_executions(model);
    every(model, one_at_a_time, &[], the_sum);
    every(model, one_at_a_time, &seconds(&[2]), the_sum);
    every(model, one_at_a_time, &[WITH_A_FRACTION; 2], the_sum);
    every(model, one_at_a_time, &[FIFTY_DAYS], the_sum);
    every(model, one_at_a_time, &seconds(&[1, 3, 2]), the_sum);
    every(model, one_at_a_time, &seconds(&[3, 1, 1, 1]), the_sum);
    every(model, one_at_a_time, &[SOME_MICROSECONDS; 3], the_sum);
    every(model, one_at_a_time, &[SIX_HUNDRED_YEARS], the_sum);
    only_some_executions(model);
    every(model, one_at_a_time, &seconds(&A_DOZEN), the_sum);
    every(model, one_at_a_time, &[HUNDRED_DAYS; 3], |execution, pauses| {
        the_sum(execution, pauses)?;
        waiting::takes_few_steps(execution)
    });
}

/// Holds if each pause lies inside its line and all take their sum.
fn the_sum(execution: &Execution<()>, pauses: &[Duration]) -> Result<(), Violation> {
    pauses::each_lies_inside_its_line(&execution.stdout, pauses)?;
    pauses::together_take(execution.elapsed, pauses.iter().sum(), Finding::Race)
}

fn two_at_a_time_writes_every_line(model: &mut Model) {
    writes_every_line(model, two_at_a_time, |execution, pauses| {
        every_line_is_written(&execution.stdout, pauses.len())?;
        every_part_is_whole(&execution.stdout, pauses.len())
    });
}

fn two_at_a_time_never_opens_three(model: &mut Model) {
    few_executions(model);
    let at_most_two = |execution: &Execution<()>, pauses: &[Duration]| {
        open_lines::at_most_two_are_open(&execution.stdout, pauses.len())
    };
    every(model, two_at_a_time, &seconds(&[1, 1, 1]), at_most_two);
    every(model, two_at_a_time, &seconds(&[1, 3, 2]), at_most_two);
    every(model, two_at_a_time, &seconds(&[0, 0, 0]), at_most_two);
    // While one line stays open, a second one comes and goes, and two more want to begin. A permit too many shows in
    // most of the interleavings.
    model.executions(500);
    model.random(100);
    every(model, two_at_a_time, &seconds(&[3, 0, 3, 3]), at_most_two);
    every(model, two_at_a_time, &seconds(&[3, 1, 3, 0, 3]), at_most_two);
    few_executions(model);
    model.spurious_wakeups(1);
    every(model, two_at_a_time, &seconds(&[1, 1, 1]), at_most_two);
    model.spurious_wakeups(0);
    only_some_executions(model);
    every(model, two_at_a_time, &seconds(&A_DOZEN), at_most_two);
}

fn two_at_a_time_opens_two_at_once(model: &mut Model) {
    let pauses = seconds(&[1, 1, 1]);
    // First, each thread must have written something, whatever it is.
    model.preemptions(0);
    every(model, two_at_a_time, &pauses, |execution, pauses| {
        lines_of(&execution.stdout, pauses.len()).map(drop)
    });
    model.preemptions(2);
    let what = "two threads were between their two parts at the same time";
    let body = move || two_at_a_time(&pauses);
    model.some("pauses of 1s, 1s, 1s", body, what, |execution| {
        open_lines::two_are_open_at_once(&execution.stdout)
    });
}

fn two_at_a_time_pauses_inside_the_line(model: &mut Model) {
    few_executions(model);
    // How long uneven pauses take together depends on the order of the threads, so each pause is judged by itself.
    let each =
        |execution: &Execution<()>, pauses: &[Duration]| pauses::each_lies_inside_its_line(&execution.stdout, pauses);
    every(model, two_at_a_time, &[], half);
    every(model, two_at_a_time, &seconds(&[2, 2]), half);
    every(model, two_at_a_time, &[WITH_A_FRACTION; 3], half);
    every(model, two_at_a_time, &[FIFTY_DAYS], half);
    every(model, two_at_a_time, &seconds(&[1, 3, 2]), each);
    every(model, two_at_a_time, &seconds(&[1, 1, 1, 1]), half);
    every(model, two_at_a_time, &seconds(&[3, 1, 1, 1]), each);
    every(model, two_at_a_time, &[SOME_MICROSECONDS; 3], half);
    every(model, two_at_a_time, &[SIX_HUNDRED_YEARS], half);
    only_some_executions(model);
    every(model, two_at_a_time, &seconds(&A_DOZEN), half);
    every(model, two_at_a_time, &[HUNDRED_DAYS; 5], |execution, pauses| {
        half(execution, pauses)?;
        waiting::takes_few_steps(execution)
    });
}

/// Holds if each pause lies inside its line and all, which are equal, take as long as half of them.
fn half(execution: &Execution<()>, pauses: &[Duration]) -> Result<(), Violation> {
    pauses::each_lies_inside_its_line(&execution.stdout, pauses)?;
    let n_rounds = pauses.len().div_ceil(2);
    pauses::together_take(
        execution.elapsed,
        pauses.iter().take(n_rounds).sum(),
        Finding::LimitExceeded,
    )
}

fn threads_go_in_any_order(model: &mut Model) {
    any_order(model, "one at a time, three pauses of no length", one_at_a_time);
    any_order(model, "two at a time, three pauses of no length", two_at_a_time);
}

/// Holds if three lines can begin in another order than that of their numbers.
fn any_order(model: &mut Model, way: &str, function: fn(&[Duration])) {
    // Of no length, so that with two at a time, too, a line can begin when both others have ended.
    let pauses = seconds(&[0, 0, 0]);
    // First, every line must be there.
    model.preemptions(0);
    every(model, function, &pauses, the_lines);
    // A thread that draws its number when it starts gets the third with two preemptions, before any line is written.
    model.preemptions(3);
    let what = "the lines begin in another order than that of their numbers";
    model.some(
        way,
        move || function(&pauses),
        what,
        |execution| !order::is_ascending(&execution.stdout),
    );
}

fn every_call_starts_anew(model: &mut Model) {
    let one = |n_pauses| Call {
        function: one_at_a_time,
        n_pauses,
    };
    let two = |n_pauses| Call {
        function: two_at_a_time,
        n_pauses,
    };
    // What a call leaves behind hardly depends on the order of its threads, and four calls have many orders.
    model.preemptions(0);
    model.executions(1_000);
    model.random(200);
    for (label, calls) in [
        (
            "one at a time with 2, 0, 1 and 2 pauses",
            [one(2), one(0), one(1), one(2)],
        ),
        (
            "two at a time with 3, 0, 1 and 3 pauses",
            [two(3), two(0), two(1), two(3)],
        ),
        ("one at a time between, twice", [two(3), one(1), one(1), two(3)]),
        ("two at a time between, twice", [one(2), two(1), two(3), one(2)]),
    ] {
        let body = move || calls::make(&calls);
        model.every(label, body, |execution| calls::start_anew(execution, &calls));
    }
}

/// Requires `property`, which is about the text, of `function` with no pauses, one, a few, and many.
fn writes_every_line(
    model: &mut Model,
    function: fn(&[Duration]),
    property: fn(&Execution<()>, &[Duration]) -> Result<(), Violation>,
) {
    few_executions(model);
    every(model, function, &[], property);
    every(model, function, &seconds(&[2]), property);
    every(model, function, &seconds(&[1, 2]), property);
    every(model, function, &seconds(&[0, 0, 0]), property);
    // A submission that sleeps in place of a join fails when a thread is late.
    model.late_threads(1);
    every(model, function, &seconds(&[1, 1]), property);
    model.late_threads(0);
    only_some_executions(model);
    every(model, function, &seconds(&A_DOZEN), property);
    model.executions(1);
    model.random(0);
    every(model, function, &seconds(&HUNDREDS), property);
}

/// Holds if every thread wrote its line.
fn the_lines(execution: &Execution<()>, pauses: &[Duration]) -> Result<(), Violation> {
    every_line_is_written(&execution.stdout, pauses.len())
}

/// Requires `property` of every execution of `function` with `pauses`.
fn every(
    model: &mut Model,
    function: fn(&[Duration]),
    pauses: &[Duration],
    property: fn(&Execution<()>, &[Duration]) -> Result<(), Violation>,
) {
    let label = match pauses {
        [] => "no pauses".to_owned(),
        [pause, _, _, _, _, ..] => format!("{} pauses of {pause:?}", pauses.len()),
        pauses => {
            let pauses: Vec<String> = pauses.iter().map(|pause| in_words(*pause)).collect();
            format!("pauses of {}", pauses.join(", "))
        }
    };
    let pauses = pauses.to_vec();
    let given = pauses.clone();
    model.every(
        label,
        move || function(&given),
        move |execution| property(execution, &pauses),
    );
}

fn in_words(pause: Duration) -> String {
    if pause.is_zero() {
        "0s".to_owned()
    } else {
        format!("{pause:?}")
    }
}

fn seconds(pauses: &[u64]) -> Vec<Duration> {
    pauses.iter().copied().map(Duration::from_secs).collect()
}

/// Limits the executions, since a student waits for them. The known mistakes show with at most one preemption, and
/// these executions come first. Threads that communicate more than the solution's have many times more executions.
fn few_executions(model: &mut Model) {
    model.executions(3_000);
    model.random(300);
}

/// A dozen threads have too many interleavings to run. A defect that needs so many threads, such as a limit that grows
/// with them or a name with two digits, shows in any of them.
fn only_some_executions(model: &mut Model) {
    model.preemptions(0);
    model.executions(20);
    model.random(20);
}
