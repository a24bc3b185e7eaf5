//! What the answer of a check program means.
//!
//! An answer counts with the right nonce, the right check and a process that ended as it should. A pass needs more than the
//! absence of a failure: interleavings that were run.

use driver::protocol::{Exploration, Failure, Finding, ModelObservation, Replayed, Reply};

use super::{Judgement, World, child_leak, excerpt, judge_end};
use crate::process::{End, Ended};
use crate::run::{Answer, ModelRun};
use crate::verdict::{Evidence, Fault, Verdict};

/// What came of running one interleaving again.
#[derive(Debug, Clone, PartialEq)]
pub enum Replay {
    /// It was run.
    Replayed(Box<Replayed>),
    /// The token does not fit.
    Refused {
        /// Why, as the check program says.
        reason: String,
    },
    /// It was not run to its end; the verdict tells whose fault that is.
    Lost(Verdict),
}

pub(super) fn judge(run: &ModelRun) -> Judgement {
    let observation = match genuine(run) {
        Ok(reply) => &reply.observation,
        Err(verdict) => return verdict.into(),
    };
    match observation {
        ModelObservation::Explored(exploration) => explored(exploration, &run.ended),
        ModelObservation::Replayed(_) | ModelObservation::TokenRefused { .. } => {
            Judgement::ungraded("the check program answered another question than it was asked".to_owned())
        }
        ModelObservation::Stalled { seconds } => stalled(run, *seconds).into(),
        ModelObservation::UnknownCheck => unknown_check(run).into(),
    }
}

/// Judges the answer to a request for one interleaving.
pub fn judge_replay(run: &ModelRun) -> Replay {
    match genuine(run).map(|reply| &reply.observation) {
        Ok(ModelObservation::Replayed(replayed)) => Replay::Replayed(Box::new(replayed.clone())),
        Ok(ModelObservation::TokenRefused { reason }) => Replay::Refused { reason: reason.clone() },
        Ok(ModelObservation::Explored(_)) => {
            let reason = "the check program answered another question than it was asked".to_owned();
            Replay::Lost(Verdict::Ungraded { reason })
        }
        Ok(ModelObservation::Stalled { seconds }) => Replay::Lost(stalled(run, *seconds)),
        Ok(ModelObservation::UnknownCheck) => Replay::Lost(unknown_check(run)),
        Err(verdict) => Replay::Lost(verdict),
    }
}

fn stalled(run: &ModelRun, seconds: u64) -> Verdict {
    let message = format!(
        "expected the submission to get on, it computed for {seconds} s of processor time without touching a thread, a lock, \
         a channel, an atomic or the clock: a loop that does not end"
    );
    Verdict::Failed(Fault {
        finding: Finding::Timeout,
        message,
        evidence: excerpt::output(&run.ended),
    })
}

fn unknown_check(run: &ModelRun) -> Verdict {
    let check = &run.request.check;
    Verdict::Ungraded {
        reason: format!("the check program has no check `{check}`, which `exercise.toml` names"),
    }
}

fn explored(exploration: &Exploration, ended: &Ended) -> Judgement {
    let verdict = match &exploration.failure {
        Some(failure) => Verdict::Failed(Fault::from(failure)),
        None if exploration.executions == 0 => Verdict::Ungraded {
            reason: "no interleaving was run".to_owned(),
        },
        None if ended.left_behind > 0 => Verdict::Failed(child_leak()),
        None => Verdict::Passed,
    };
    Judgement {
        verdict,
        explored: Some(exploration.clone()),
    }
}

impl From<&Failure> for Fault {
    fn from(failure: &Failure) -> Fault {
        let message = match &failure.got {
            Some(got) => format!("{}, {got}", failure.expected),
            None => failure.expected.clone(),
        };
        Fault {
            finding: failure.finding,
            message,
            evidence: Evidence::Interleaving(Box::new(failure.clone())),
        }
    }
}

/// The reply, if it is there, is the check program's own, and the process ended as it should.
fn genuine(run: &ModelRun) -> Result<&Reply, Verdict> {
    if let Some(verdict) = judge_end(&run.ended, World::Modelled) {
        return Err(verdict);
    }
    let failed = |finding, message: String| {
        Err(Verdict::Failed(Fault {
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

fn code(ended: &Ended) -> i32 {
    match ended.end {
        End::Code(code) => code,
        End::Signal(_) | End::TimedOut { .. } | End::OutputLimit(_) | End::Cancelled => {
            unreachable!("only a code is left after the end was judged")
        }
    }
}
