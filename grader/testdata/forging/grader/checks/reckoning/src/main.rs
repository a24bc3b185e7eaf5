//! The check of `reckoning` over interleavings.

mod contract;

use std::process::ExitCode;

use driver::{Check, Fault, Finding, Model};
use reckoning::answer;

fn main() -> ExitCode {
    driver::main(&[Check::new("model_hears_the_answer", model_hears_the_answer)])
}

fn model_hears_the_answer(model: &mut Model) {
    model.every("6", || answer(6), |execution| match execution.value {
        42 => Ok(()),
        other => Err(Fault::new(Finding::WrongResult, "expected 42").got(format!("got {other}"))),
    });
}
