//! What a run of the exercise's program means.

use protocol::Finding;

use super::{World, child_leak, excerpt, judge_end, refusal};
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
        return Verdict::Ungraded {
            reason: "there is no snapshot to compare with".to_owned(),
        };
    }
    let faults = exit_fault(check, ended)
        .or_else(|| output_fault(check, ended, snapshot))
        .or_else(|| (ended.left_behind > 0).then(child_leak));
    faults.map_or(Verdict::Passed, Verdict::Failed)
}

fn exit_fault(check: &ProgramCheck, ended: &ProcessOutput) -> Option<CheckFailure> {
    let ExitReason::Code(code) = ended.exit_reason else {
        unreachable!("only a code is left after the end was judged")
    };
    if code == check.exit {
        return None;
    }
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
    if let Some(expected) = expected {
        let got = snapshot::normalize(&String::from_utf8_lossy(&ended.stdout), check);
        if got != expected {
            let message = "expected the program's output as shown, it differs".to_owned();
            return Some(difference(message, expected, &got));
        }
    }
    if check.stderr_empty && !ended.stderr.is_empty() {
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

#[cfg(test)]
mod tests;
