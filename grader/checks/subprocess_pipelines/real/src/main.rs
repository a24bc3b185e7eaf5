//! What the exercise `subprocess_pipelines` must show.
//!
//! The evidence comes from the children themselves, from a desk at which they report and wait to be let go, and from
//! the kernel: the children of this process, its threads and its descriptors. The stages are programs of the system
//! where a reader knows them, and otherwise this very program, started with the role that it is to play.

mod arguments;
mod bytes;
mod call;
mod contract;
mod desk;
mod endings;
mod errors;
mod flow;
mod leftovers;
mod pattern;
mod role;
mod together;
mod unstartable;

use std::env;
use std::process::ExitCode;

use harness::real::{self, Check};

const CHECKS: &[Check] = &[
    Check::new("run_tells_how_a_program_ended", endings::run_tells_how_a_program_ended),
    Check::new("bytes_pass_through_unchanged", bytes::bytes_pass_through_unchanged),
    Check::new("arguments_stay_literal", arguments::arguments_stay_literal),
    Check::new("a_mebibyte_flows_both_ways", flow::a_mebibyte_flows_both_ways),
    Check::new("standard_error_is_drained", errors::standard_error_is_drained),
    Check::new("stages_run_at_the_same_time", together::stages_run_at_the_same_time),
    Check::new("every_exit_is_reported", endings::every_exit_is_reported),
    Check::new(
        "a_program_that_cannot_be_started_is_named",
        unstartable::a_program_that_cannot_be_started_is_named,
    ),
    Check::new("calls_leave_nothing_behind", leftovers::calls_leave_nothing_behind),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.split_first() {
        Some((mark, arguments)) if mark == role::MARK => role::play(arguments),
        _ => real::main(CHECKS),
    }
}
