//! Whether what a check program answered counts.

use protocol::{Finding, Reply};

use super::{World, excerpt, judge_end};
use crate::run::{Answer, CheckRun};
use protocol::verdict::{CheckFailure, Verdict};
use sandbox::process::{ExitReason, ProcessOutput};

/// The reply, if it is there, is the check program's own, and the process ended as it should.
pub(super) fn genuine(run: &CheckRun, world: World) -> Result<&Reply, Verdict> {
    if let Some(verdict) = judge_end(&run.ended, world) {
        return Err(verdict);
    }
    let failed = |finding, message: String| {
        Err(Verdict::Failed(CheckFailure {
            finding,
            message,
            evidence: excerpt::output(&run.ended),
        }))
    };
    let reply = match &run.answer {
        Answer::Reply(reply) if reply.nonce == run.request.nonce && reply.check == run.request.check => reply,
        Answer::Reply(_) | Answer::Unreadable => {
            let message = "expected the submission to leave the channel of the check alone, it wrote to it".to_owned();
            return failed(Finding::AccessDenied, message);
        }
        Answer::Nothing => {
            let code = code(&run.ended);
            let message = format!("expected the check to come to an end, the process ended before with code {code}");
            return failed(Finding::Exited, message);
        }
    };
    match code(&run.ended) {
        0 => Ok(reply),
        code => failed(
            Finding::Exited,
            format!("expected the process to end with code 0, it ended with code {code}"),
        ),
    }
}

fn code(ended: &ProcessOutput) -> i32 {
    match ended.exit_reason {
        ExitReason::Code(code) => code,
        ExitReason::Signal(_)
        | ExitReason::TimedOut { .. }
        | ExitReason::ThreadLimit
        | ExitReason::OutputLimit(_)
        | ExitReason::Cancelled => {
            unreachable!("only a code is left after the end was judged")
        }
    }
}
