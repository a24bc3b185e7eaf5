//! The check of `reckoning` over interleavings.

mod contract;

use std::process::ExitCode;

use harness::{Check, Violation, Finding, Model};
use reckoning::answer;

fn main() -> ExitCode {
    harness::main(&[Check::new("model_hears_the_answer", model_hears_the_answer)])
}

fn model_hears_the_answer(model: &mut Model) {
    model.every("6", || answer(6), |execution| match execution.value {
        42 => Ok(()),
        other => Err(Violation::new(Finding::WrongResult, "expected 42").got(format!("got {other}"))),
    });
}
