//! The checks of `counting`.

mod contract;

use std::process::ExitCode;

use counting::{Tally, count};
use harness::{Check, Violation, Finding, Model};

fn main() -> ExitCode {
    harness::main(&[
        Check::new("every_step_counts", every_step_counts),
        Check::new("tally_adds_up", tally_adds_up),
    ])
}

fn every_step_counts(model: &mut Model) {
    model.every(
        "2 steps",
        || count(2),
        |execution| match execution.value {
            2 => Ok(()),
            other => Err(Violation::new(Finding::Race, "expected 2").got(format!("got {other}"))),
        },
    );
}

fn tally_adds_up(model: &mut Model) {
    let sum = || {
        let mut tally = Tally(1);
        tally.add(2);
        tally.0
    };
    model.every("1 and 2", sum, |execution| match execution.value {
        3 => Ok(()),
        0 => panic!("a property that panics"),
        other => Err(Violation::new(Finding::WrongResult, "expected 3").got(format!("got {other}"))),
    });
}
