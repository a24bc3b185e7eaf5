//! Judges a run of the exercise's program.

use protocol::verdict::{CheckFailure, Evidence, Verdict};
use protocol::{CheckObservation, Finding, ProgramEnd, ProgramRun};
use sandbox::process::ProcessOutput;

use super::exit::{Form, child_leak, exit_code, first_panic, refusal};
use super::reply::genuine;
use super::{excerpt, model, prevented, ungraded};
use crate::exercise::ProgramCheck;
use crate::run::CheckRun;
use crate::snapshot::{self, Snapshots};

/// The code with which `std` exits when the main thread panicked.
const PANIC_CODE: i32 = 101;

/// What a program printed, and with which code it ended.
struct Ran<'a> {
    code: i32,
    stdout: &'a [u8],
    stderr: &'a [u8],
    /// Which of its runs this is, as the end of a sentence; empty for an ordinary one.
    which: &'static str,
}

/// Which run of a program the model shows.
const MODELLED: &str = " (each thread ran until it had to wait)";

/// Judges a run as an ordinary process.
pub(super) fn judge(check: &ProgramCheck, output: &ProcessOutput, snapshots: &Snapshots) -> Verdict {
    let code = match exit_code(output, Form::Real) {
        Ok(code) => code,
        Err(verdict) => return verdict,
    };
    let ran = Ran {
        code,
        stdout: &output.stdout,
        stderr: &output.stderr,
        which: "",
    };
    ran.judge(check, output.left_behind, snapshots)
}

/// Judges a run under the model.
pub(super) fn judge_modelled(check: &ProgramCheck, run: &CheckRun, snapshots: &Snapshots) -> Verdict {
    let observation = match genuine(run, Form::Modelled) {
        Ok(reply) => &reply.observation,
        Err(verdict) => return verdict,
    };
    let ProgramRun { stdout, stderr, end } = match observation {
        CheckObservation::Ran(ran) => ran,
        other => return model::without_answer(other, run),
    };
    match end {
        ProgramEnd::Code(code) => {
            let ran = Ran {
                code: *code,
                stdout,
                stderr,
                which: MODELLED,
            };
            ran.judge(check, run.output.left_behind, snapshots)
        }
        ProgramEnd::Failed(failure) => {
            let mut failure = failure.clone();
            model::name_the_limit(&mut failure, &run.output);
            Verdict::Failed(model::failed(&failure))
        }
    }
}

impl Ran<'_> {
    fn judge(&self, check: &ProgramCheck, left_behind: usize, snapshots: &Snapshots) -> Verdict {
        let snapshot = match check.snapshot.as_ref().map(|name| snapshots.get(name)) {
            Some(Some(Ok(text))) => Some(text.as_str()),
            Some(Some(Err(error))) => return prevented(error),
            Some(None) => return ungraded("there is no snapshot to compare with"),
            None => None,
        };
        let failure = self
            .exit_failure(check)
            .or_else(|| self.stdout_failure(check, snapshot?))
            .or_else(|| self.stderr_failure(check))
            .or_else(|| (left_behind > 0).then(child_leak));
        failure.map_or(Verdict::Passed, Verdict::Failed)
    }

    fn exit_failure(&self, check: &ProgramCheck) -> Option<CheckFailure> {
        let Ran { code, which, .. } = *self;
        let (finding, got) = match code {
            _ if code == check.exit => return None,
            PANIC_CODE => refusal(self.stderr).unwrap_or((Finding::Panic, "it panicked".to_owned())),
            _ => (Finding::Exited, format!("it ended with code {code}")),
        };
        let message = format!("expected the program to end with code {}, {got}{which}", check.exit);
        Some(CheckFailure {
            panic: first_panic(self.stderr).map(Box::new),
            ..CheckFailure::new(finding, message, excerpt::streams(self.stdout, self.stderr))
        })
    }

    fn stdout_failure(&self, check: &ProgramCheck, expected: &str) -> Option<CheckFailure> {
        let got = snapshot::normalize(&String::from_utf8_lossy(self.stdout), check);
        let message = format!("expected the program's output as shown, it differs{}", self.which);
        (got != expected).then(|| difference(message, expected, &got))
    }

    fn stderr_failure(&self, check: &ProgramCheck) -> Option<CheckFailure> {
        let is_wrong = check.stderr_empty && !self.stderr.is_empty();
        is_wrong.then(|| {
            let got = excerpt::without_ids(self.stderr);
            let message = format!(
                "expected nothing on standard error, the program wrote to it{}",
                self.which
            );
            difference(message, "", &String::from_utf8_lossy(&got))
        })
    }
}

fn difference(message: String, expected: &str, got: &str) -> CheckFailure {
    let evidence = Evidence::Difference {
        expected: excerpt::lines(expected),
        got: excerpt::lines(got),
    };
    CheckFailure::new(Finding::WrongOutput, message, evidence)
}

#[cfg(test)]
mod tests;
