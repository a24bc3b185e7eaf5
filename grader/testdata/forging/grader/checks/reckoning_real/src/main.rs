//! The check of `reckoning` on real threads.

mod contract;

use std::process::ExitCode;

use driver::real::{Check, Trial};
use driver::{Fault, Finding};
use reckoning::answer;

fn main() -> ExitCode {
    driver::real::main(&[Check::new("machine_hears_the_answer", machine_hears_the_answer)])
}

fn machine_hears_the_answer(trial: &mut Trial) {
    trial.scenario("6", || match answer(6) {
        42 => Ok(()),
        other => Err(Fault::new(Finding::WrongResult, "expected 42").got(format!("got {other}"))),
    });
}
