//! The check of `reckoning` on real threads.

mod contract;

use std::process::ExitCode;

use harness::real::{Check, Trial};
use harness::{Violation, Finding};
use reckoning::answer;

fn main() -> ExitCode {
    harness::real::main(&[Check::new("machine_hears_the_answer", machine_hears_the_answer)])
}

fn machine_hears_the_answer(trial: &mut Trial) {
    trial.scenario("6", || match answer(6) {
        42 => Ok(()),
        other => Err(Violation::new(Finding::WrongResult, "expected 42").got(format!("got {other}"))),
    });
}
