//! The standard error of every stage is read completely, and while the stages run.

use harness::real::Trial;
use harness::{Finding, Violation};
use subprocess_pipelines::Stage;

use crate::call::{self, Output, must_be, must_capture, shell};
use crate::desk::{Desk, settled};
use crate::pattern::{self, Letters, MEBIBYTE};
use crate::role::Role;

pub(crate) fn standard_error_is_drained(trial: &mut Trial) {
    if Desk::open(trial).is_none() {
        return;
    }
    trial.scenario("`sh -c 'echo oops >&2'`", || {
        let output = settled(|| must_capture(&[shell("echo oops >&2")], b""))?;
        must_be("the standard error", b"oops\n", &output.stderr)
    });
    trial.scenario("a line on standard error from each of three stages", || {
        grumbling(&Letters::ALL, 10, b"")
    });
    trial.scenario("1 MiB on standard error, before and after 1 MiB passes through", || {
        grumbling(&Letters::ALL[..1], MEBIBYTE, &pattern::bytes(MEBIBYTE))
    });
    trial.scenario(
        "1 MiB on standard error from each of three stages, before and after 1 MiB passes through",
        || grumbling(&Letters::ALL, MEBIBYTE, &pattern::bytes(MEBIBYTE)),
    );
}

/// Runs a stage for each kind of letters. It writes `length` of them, passes `input` on, and writes as many again.
fn grumbling(letters: &[Letters], length: usize, input: &[u8]) -> Result<(), Violation> {
    let roles: Vec<Role> = letters.iter().map(|&letters| Role::Grumble(letters, length)).collect();
    let stages: Vec<Stage> = call::stages(&roles);
    let output = settled(|| must_capture(&stages, input))?;
    must_be("the standard output", input, &output.stdout)?;
    for (number, &letters) in (1..).zip(letters) {
        errors_are(number, letters, length, &output)?;
    }
    let (expected, got) = (2 * length * letters.len(), output.stderr.len());
    if expected == got {
        return Ok(());
    }
    let expected = format!("expected a standard error of {expected} bytes, all that the stages wrote and nothing else");
    Err(Violation::new(Finding::WrongResult, expected).got(format!("got {got} bytes")))
}

/// Holds if the errors of stage `number` are there, in their order. Those of other stages may stand between them.
pub(crate) fn errors_are(number: usize, letters: Letters, length: usize, output: &Output) -> Result<(), Violation> {
    let expected = letters.text(length).repeat(2);
    let what = format!("the errors of stage {number} in their order");
    must_be(&what, &expected, &letters.of(&output.stderr))
}
