//! What the answer of a check program means.
//!
//! An answer counts with the right nonce, the right check and a process that ended as it should. A pass needs more than the
//! absence of a failure: interleavings that were run.

use protocol::verdict::{CheckFailure, Evidence, Verdict};
use protocol::{CheckObservation, Exploration, Failure, Finding, Replayed};
use sandbox::process::ProcessOutput;

use super::exit::{World, child_leak};
use super::reply::genuine;
use super::{Judgement, excerpt, not_started, ungraded};
use crate::run::{CheckRun, Observation};

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
        CheckObservation::Explored(exploration) => explored(exploration, &run.output),
        CheckObservation::Replayed(_)
        | CheckObservation::TokenRefused { .. }
        | CheckObservation::Tried(_)
        | CheckObservation::Hung { .. } => ungraded(OTHER_QUESTION).into(),
        CheckObservation::Stalled { .. } => stalled(run).into(),
        CheckObservation::UnknownCheck => unknown_check(run).into(),
    }
}

/// Judges what was observed when one interleaving was to be run again.
pub fn judge_replay(observation: &Observation) -> Replay {
    let run = match observation {
        Observation::Check(run) => run,
        Observation::NotStarted { reason, help } => return Replay::Lost(not_started(reason, help.as_ref())),
        Observation::Program(_) => return Replay::Lost(ungraded("something else was run than the check asks for")),
    };
    match genuine(run, World::Modelled).map(|reply| &reply.observation) {
        Ok(CheckObservation::Replayed(replayed)) => Replay::Replayed(Box::new(replayed.clone())),
        Ok(CheckObservation::TokenRefused { reason }) => Replay::Refused { reason: reason.clone() },
        Ok(CheckObservation::Explored(_) | CheckObservation::Tried(_) | CheckObservation::Hung { .. }) => {
            Replay::Lost(ungraded(OTHER_QUESTION))
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
        evidence: excerpt::output(&run.output),
    })
}

pub(super) fn unknown_check(run: &CheckRun) -> Verdict {
    let check = &run.request.check;
    ungraded(format!(
        "the check program has no check `{check}`, which `exercise.toml` names"
    ))
}

fn explored(exploration: &Exploration, output: &ProcessOutput) -> Judgement {
    let verdict = match &exploration.failure {
        Some(failure) => Verdict::Failed(told(failure)),
        None if exploration.executions == 0 => ungraded("no interleaving was run"),
        None if output.left_behind > 0 => Verdict::Failed(child_leak()),
        None => Verdict::Passed,
    };
    Judgement {
        verdict,
        explored: Some(exploration.clone()),
    }
}

/// How the check failed, in the words of its author.
fn told(failure: &Failure) -> CheckFailure {
    let message = match &failure.got {
        Some(got) => format!("{}, {got}", failure.expected),
        None => failure.expected.clone(),
    };
    CheckFailure {
        finding: failure.finding,
        message,
        evidence: Evidence::Interleaving(Box::new(failure.clone())),
    }
}
