//! What a run of the exercise's program means.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Output};

use assert_cmd::assert::OutputAssertExt as _;
use predicates::prelude::*;
use protocol::Finding;

use super::{World, child_leak, excerpt, judge_end, refusal, ungraded};
use crate::exercise::ProgramCheck;
use crate::snapshot;
use protocol::verdict::{CheckFailure, Evidence, Verdict};
use sandbox::process::{ExitReason, ProcessOutput};

/// The code with which `std` ends a process whose main thread panicked.
const PANIC_CODE: i32 = 101;

pub(super) fn judge(check: &ProgramCheck, ended: &ProcessOutput, snapshot: Option<&str>) -> Verdict {
    if let Some(verdict) = judge_end(ended, World::Real) {
        return verdict;
    }
    if check.snapshot.is_some() && snapshot.is_none() {
        return ungraded("there is no snapshot to compare with");
    }
    let faults = exit_fault(check, ended)
        .or_else(|| output_fault(check, ended, snapshot))
        .or_else(|| (ended.left_behind > 0).then(child_leak));
    faults.map_or(Verdict::Passed, Verdict::Failed)
}

fn exit_fault(check: &ProgramCheck, ended: &ProcessOutput) -> Option<CheckFailure> {
    if output(ended).assert().try_code(check.exit).is_ok() {
        return None;
    }
    let ExitReason::Code(code) = ended.end else {
        unreachable!("only a code is left after the end was judged")
    };
    let (finding, got) = match code {
        PANIC_CODE => refusal(&ended.stderr).unwrap_or((Finding::Panic, "it panicked".to_owned())),
        code => (Finding::Exited, format!("it ended with code {code}")),
    };
    let message = format!("expected the program to end with code {}, {got}", check.exit);
    Some(CheckFailure {
        finding,
        message,
        evidence: excerpt::output(ended),
    })
}

fn output_fault(check: &ProgramCheck, ended: &ProcessOutput, expected: Option<&str>) -> Option<CheckFailure> {
    let output = output(ended).assert();
    if let Some(expected) = expected {
        let normal = |stdout: &[u8]| snapshot::normalize(&String::from_utf8_lossy(stdout), check);
        let expected = expected.to_owned();
        let is_expected = predicate::function(|stdout: &[u8]| normal(stdout) == expected);
        if output.try_stdout(is_expected).is_err() {
            let message = "expected the program's output as shown, it differs".to_owned();
            let got = normal(&ended.stdout);
            return Some(difference(message, &expected, &got));
        }
    }
    if check.stderr_empty
        && self::output(ended)
            .assert()
            .try_stderr(predicate::str::is_empty())
            .is_err()
    {
        let message = "expected nothing on standard error, the program wrote to it".to_owned();
        return Some(difference(
            message,
            "",
            &String::from_utf8_lossy(&excerpt::without_ids(&ended.stderr)),
        ));
    }
    None
}

fn difference(message: String, expected: &str, got: &str) -> CheckFailure {
    let evidence = Evidence::Difference {
        expected: excerpt::lines(expected),
        got: excerpt::lines(got),
    };
    CheckFailure {
        finding: Finding::WrongOutput,
        message,
        evidence,
    }
}

/// What was observed, in the form that `assert_cmd` judges.
fn output(ended: &ProcessOutput) -> Output {
    let status = match ended.end {
        ExitReason::Code(code) => ExitStatus::from_raw(code << 8),
        ExitReason::Signal(signal) => ExitStatus::from_raw(signal),
        ExitReason::TimedOut { .. } | ExitReason::ThreadLimit | ExitReason::OutputLimit(_) | ExitReason::Cancelled => {
            unreachable!("only a natural end is left after the end was judged")
        }
    };
    Output {
        status,
        stdout: ended.stdout.clone(),
        stderr: ended.stderr.clone(),
    }
}

#[cfg(test)]
mod tests;
