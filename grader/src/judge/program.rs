//! Judges a run of the exercise's program.

use protocol::Finding;
use protocol::verdict::{CheckFailure, Evidence, Verdict};
use sandbox::process::ProcessOutput;

use super::exit::{Form, child_leak, exit_code, first_panic, refusal};
use super::{excerpt, prevented, ungraded};
use crate::exercise::ProgramCheck;
use crate::snapshot::{self, Snapshots};

/// The code with which `std` exits when the main thread panicked.
const PANIC_CODE: i32 = 101;

pub(super) fn judge(check: &ProgramCheck, output: &ProcessOutput, snapshots: &Snapshots) -> Verdict {
    let snapshot = match check.snapshot.as_ref().map(|name| snapshots.get(name)) {
        Some(Some(Ok(text))) => Some(text.as_str()),
        Some(Some(Err(error))) => return prevented(error),
        Some(None) => return ungraded("there is no snapshot to compare with"),
        None => None,
    };
    let code = match exit_code(output, Form::Real) {
        Ok(code) => code,
        Err(verdict) => return verdict,
    };
    let failure = exit_failure(check, code, output)
        .or_else(|| stdout_failure(check, output, snapshot?))
        .or_else(|| stderr_failure(check, output))
        .or_else(|| (output.left_behind > 0).then(child_leak));
    failure.map_or(Verdict::Passed, Verdict::Failed)
}

fn exit_failure(check: &ProgramCheck, code: i32, output: &ProcessOutput) -> Option<CheckFailure> {
    let (finding, got) = match code {
        _ if code == check.exit => return None,
        PANIC_CODE => refusal(&output.stderr).unwrap_or((Finding::Panic, "it panicked".to_owned())),
        _ => (Finding::Exited, format!("it ended with code {code}")),
    };
    let message = format!("expected the program to end with code {}, {got}", check.exit);
    Some(CheckFailure {
        panic: first_panic(&output.stderr).map(Box::new),
        ..CheckFailure::new(finding, message, excerpt::output(output))
    })
}

fn stdout_failure(check: &ProgramCheck, output: &ProcessOutput, expected: &str) -> Option<CheckFailure> {
    let got = snapshot::normalize(&String::from_utf8_lossy(&output.stdout), check);
    let message = "expected the program's output as shown, it differs";
    (got != expected).then(|| difference(message, expected, &got))
}

fn stderr_failure(check: &ProgramCheck, output: &ProcessOutput) -> Option<CheckFailure> {
    let is_wrong = check.stderr_empty && !output.stderr.is_empty();
    is_wrong.then(|| {
        let got = excerpt::without_ids(&output.stderr);
        let message = "expected nothing on standard error, the program wrote to it";
        difference(message, "", &String::from_utf8_lossy(&got))
    })
}

fn difference(message: &str, expected: &str, got: &str) -> CheckFailure {
    let evidence = Evidence::Difference {
        expected: excerpt::lines(expected),
        got: excerpt::lines(got),
    };
    CheckFailure::new(Finding::WrongOutput, message, evidence)
}

#[cfg(test)]
mod tests;
