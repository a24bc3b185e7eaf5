//! Runs one program under one engine and prints one line of JSON: the measured time, or when the failure was found.
//!
//! `cargo xtask bench model-std` runs this again and again, each measurement in a process of its own, and compares.
//! Times are CPU times, so that other load on the machine counts little. The first failure of an engine that panics
//! ends the process, so that nothing the engine leaves behind matters.

#![expect(
    clippy::duplicate_mod,
    reason = "the same programs are compiled against each library"
)]

mod engine;
mod measurement;
mod over_loom;
mod over_shuttle;

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use measurement::Task;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments == ["programs"] {
        measurement::list_programs();
        return ExitCode::SUCCESS;
    }
    let Some(task) = Task::parse(&arguments) else {
        let usage = "usage: model-std-bench programs\n       \
            model-std-bench <engine> <program> first <seed> | speed <executions> | exhaust <executions>";
        writeln!(io::stderr(), "{usage}").ok();
        return ExitCode::from(2);
    };
    task.run();
    ExitCode::SUCCESS
}
