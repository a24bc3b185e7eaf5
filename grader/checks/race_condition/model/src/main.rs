//! What the exercise `race_condition` must show.
//!
//! What is called between a read and a write belongs to the checks, and so does the value whose additions are lost.

mod contract;
mod counting;
mod increments;
mod losses;

use std::process::ExitCode;

use harness::Check;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("increments_add_up", increments::increments_add_up),
    Check::new(
        "between_sees_each_number_once",
        increments::between_sees_each_number_once,
    ),
    Check::new(
        "any_thread_may_increment_first",
        increments::any_thread_may_increment_first,
    ),
    Check::new(
        "a_panic_between_reaches_the_caller",
        increments::a_panic_between_reaches_the_caller,
    ),
    Check::new("all_but_one_are_lost", losses::all_but_one_are_lost),
    Check::new("every_thread_loads_and_stores", losses::every_thread_loads_and_stores),
    Check::new("counting_loses_nothing", counting::counting_loses_nothing),
    Check::new(
        "counting_threads_run_at_the_same_time",
        counting::counting_threads_run_at_the_same_time,
    ),
];

fn main() -> ExitCode {
    harness::main(CHECKS)
}
