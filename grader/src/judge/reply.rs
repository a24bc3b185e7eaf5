//! Decides whether a reply is the check program's own.

use protocol::verdict::{CheckFailure, Verdict};
use protocol::{Finding, Reply};

use super::excerpt;
use super::exit::{Form, exit_code};
use crate::run::{Answer, CheckRun};

/// The reply, if it is for the check of the request and the process exited with 0.
pub(super) fn genuine(run: &CheckRun, form: Form) -> Result<&Reply, Verdict> {
    let code = exit_code(&run.output, form)?;
    let failed = |finding, message: String| {
        Err(Verdict::Failed(CheckFailure::new(
            finding,
            message,
            excerpt::output(&run.output),
        )))
    };
    let reply = match &run.answer {
        Answer::Reply(reply) if reply.check == run.request.check => reply,
        Answer::Reply(_) | Answer::Unreadable => {
            let message = "expected the submission to leave the channel of the check alone, it wrote to it".to_owned();
            return failed(Finding::AccessDenied, message);
        }
        Answer::Nothing => {
            let message = format!("expected the check to come to an end, the process ended before with code {code}");
            return failed(Finding::Exited, message);
        }
    };
    match code {
        0 => Ok(reply),
        _ => failed(
            Finding::Exited,
            format!("expected the process to end with code 0, it ended with code {code}"),
        ),
    }
}
