//! What the answer of a check program means.
//!
//! An answer counts with the right nonce, the right check and a process that ended as it should. A pass needs more than the
//! absence of a failure: interleavings that were run.

use protocol::{CheckObservation, Exploration, Failure, Finding, Replayed};

use super::reply::genuine;
use super::{Judgement, World, child_leak, excerpt};
use crate::run::CheckRun;
use protocol::verdict::{CheckFailure, Evidence, Verdict};
use sandbox::process::ProcessOutput;

/// What a check program did that answers nothing that was asked.
pub(super) const OTHER_QUESTION: &str = "the check program answered another question than it was asked";

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
    /// It was not run to its end; the verdict tells who is to blame.
    Lost(Verdict),
}

pub(super) fn judge(run: &CheckRun) -> Judgement {
    let observation = match genuine(run, World::Modelled) {
        Ok(reply) => &reply.observation,
        Err(verdict) => return verdict.into(),
    };
    match observation {
        CheckObservation::Explored(exploration) => explored(exploration, &run.ended),
        CheckObservation::Replayed(_)
        | CheckObservation::TokenRefused { .. }
        | CheckObservation::Tried(_)
        | CheckObservation::Hung { .. } => Judgement::ungraded(OTHER_QUESTION.to_owned()),
        CheckObservation::Stalled { .. } => stalled(run).into(),
        CheckObservation::UnknownCheck => unknown_check(run).into(),
    }
}

/// Judges the answer to a request for one interleaving.
pub fn judge_replay(run: &CheckRun) -> Replay {
    match genuine(run, World::Modelled).map(|reply| &reply.observation) {
        Ok(CheckObservation::Replayed(replayed)) => Replay::Replayed(Box::new(replayed.clone())),
        Ok(CheckObservation::TokenRefused { reason }) => Replay::Refused { reason: reason.clone() },
        Ok(CheckObservation::Explored(_) | CheckObservation::Tried(_) | CheckObservation::Hung { .. }) => {
            let reason = OTHER_QUESTION.to_owned();
            Replay::Lost(Verdict::Ungraded { reason })
        }
        Ok(CheckObservation::Stalled { .. }) => Replay::Lost(stalled(run)),
        Ok(CheckObservation::UnknownCheck) => Replay::Lost(unknown_check(run)),
        Err(verdict) => Replay::Lost(verdict),
    }
}

fn stalled(run: &CheckRun) -> Verdict {
    // Without the seconds, which differ a little each time.
    let message = "expected the submission to get on, it computed for seconds of processor time without touching a thread, a \
                   lock, a channel, an atomic or the clock: a loop that does not end";
    Verdict::Failed(CheckFailure {
        finding: Finding::Timeout,
        message: message.to_owned(),
        evidence: excerpt::output(&run.ended),
    })
}

pub(super) fn unknown_check(run: &CheckRun) -> Verdict {
    let check = &run.request.check;
    Verdict::Ungraded {
        reason: format!("the check program has no check `{check}`, which `exercise.toml` names"),
    }
}

fn explored(exploration: &Exploration, ended: &ProcessOutput) -> Judgement {
    let verdict = match &exploration.failure {
        Some(failure) => Verdict::Failed(failed(failure)),
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

/// What failed: the evidence says how, and the report puts it into words.
fn failed(failure: &Failure) -> CheckFailure {
    CheckFailure {
        finding: failure.finding,
        message: String::new(),
        evidence: Evidence::Interleaving(Box::new(failure.clone())),
    }
}
