//! What the exercise `print_multiple` must show.
//!
//! The checks judge what reaches standard output, from which thread and in which order, and nothing else. A submission
//! may keep threads apart in any way.

mod contract;
mod copies;
mod primes;
mod texts;

use std::process::ExitCode;

use harness::{Check, Model};

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new("mixed_prints_every_text", texts::mixed_prints_every_text),
    Check::new("mixed_texts_mix", texts::mixed_texts_mix),
    Check::new("blocks_are_solid", texts::blocks_are_solid),
    Check::new("any_block_may_be_first", texts::any_block_may_be_first),
    Check::new(
        "only_the_outsider_stands_inside",
        texts::only_the_outsider_stands_inside,
    ),
    Check::new("the_outsider_waits_for_nobody", texts::the_outsider_waits_for_nobody),
    Check::new("primes_are_told_from_others", primes::primes_are_told_from_others),
    Check::new(
        "every_number_has_a_thread_and_a_line",
        primes::every_number_has_a_thread_and_a_line,
    ),
    Check::new("finished_comes_last", primes::finished_comes_last),
];

fn main() -> ExitCode {
    harness::main(CHECKS)
}

/// Requires that all threads are there at once, where there are a hundred; the calling thread may be one of them.
fn all_at_once(model: &mut Model, label: &str, print: impl Fn() + 'static) {
    model.one_execution();
    model.reach(
        label,
        print,
        "all threads are there at the same time, with or without the calling thread",
        99,
        |execution| execution.most_alive,
    );
}
