//! Judges the reply of a check program that explores interleavings.
//!
//! A pass needs more than the absence of a failure: at least one execution was run.

use protocol::verdict::{CheckFailure, Evidence, Verdict};
use protocol::{CheckObservation, Exploration, Failure, Finding, Replayed, play};
use sandbox::process::ProcessOutput;

use super::exit::{Form, child_leak, is_out_of_memory};
use super::reply::genuine;
use super::{Judgement, OTHER_WORK, excerpt, not_started, ungraded};
use crate::run::{CheckRun, Observation};

pub(super) const OTHER_QUESTION: &str = "the check program answered another question than it was asked";

/// The result of running one interleaving again.
#[derive(Debug, Clone, PartialEq)]
pub enum Replay {
    /// It was run.
    Replayed(Box<Replayed>),
    /// The token does not fit.
    Refused {
        /// Why, as the check program says.
        reason: String,
    },
    /// It did not end. The verdict says whether that is the submission's failure or the grader's.
    Lost(Verdict),
}

pub(super) fn judge(run: &CheckRun) -> Judgement {
    let observation = match genuine(run, Form::Modelled) {
        Ok(reply) => &reply.observation,
        Err(verdict) => return verdict.into(),
    };
    match observation {
        CheckObservation::Explored(exploration) => explored(exploration, &run.output),
        CheckObservation::Replayed(_)
        | CheckObservation::Played(_)
        | CheckObservation::TokenRefused { .. }
        | CheckObservation::Tried(_)
        | CheckObservation::Ran(_)
        | CheckObservation::Hung { .. } => ungraded(OTHER_QUESTION).into(),
        CheckObservation::Stalled { .. } => stalled(run).into(),
        CheckObservation::Panicked { .. } => panicked(observation).into(),
        CheckObservation::UnknownCheck => unknown_check(run).into(),
    }
}

/// Judges a run of one interleaving.
pub fn judge_replay(observation: &Observation) -> Replay {
    let (run, observed) = match genuine_of(observation) {
        Ok(genuine) => genuine,
        Err(verdict) => return Replay::Lost(verdict),
    };
    match observed {
        CheckObservation::Replayed(replayed) => {
            let mut replayed = replayed.clone();
            if let Some(failure) = &mut replayed.failure {
                name_the_limit(failure, &run.output);
            }
            Replay::Replayed(Box::new(replayed))
        }
        CheckObservation::TokenRefused { reason } => Replay::Refused { reason: reason.clone() },
        other => Replay::Lost(without_answer(other, run)),
    }
}

/// The answer to somebody who plays the scheduler, or the verdict where there is none.
///
/// # Errors
///
/// The verdict, which says whether that is the submission's failure or the grader's.
pub fn judge_play(observation: &Observation) -> Result<play::Answer, Verdict> {
    let (run, observed) = genuine_of(observation)?;
    match observed {
        CheckObservation::Played(answer) => {
            let mut answer = answer.clone();
            let failure = match &mut answer {
                play::Answer::Ended(ending) => ending.replayed.failure.as_mut(),
                play::Answer::Outlook(outlook) => outlook.way.as_mut().and_then(|way| way.replayed.failure.as_mut()),
                play::Answer::Begun(_) | play::Answer::Choice(_) | play::Answer::Refused { .. } => None,
            };
            if let Some(failure) = failure {
                name_the_limit(failure, &run.output);
            }
            Ok(answer)
        }
        other => Err(without_answer(other, run)),
    }
}

/// What a check program observed, if that is its own answer.
fn genuine_of(observation: &Observation) -> Result<(&CheckRun, &CheckObservation), Verdict> {
    match observation {
        Observation::Check(run) => genuine(run, Form::Modelled).map(|reply| (run, &reply.observation)),
        Observation::NotStarted { reason, help } => Err(not_started(reason, help.as_ref())),
        Observation::Program(_) => Err(ungraded(OTHER_WORK)),
    }
}

/// The verdict where a check program did not answer what it was asked about one execution.
pub(super) fn without_answer(observation: &CheckObservation, run: &CheckRun) -> Verdict {
    match observation {
        CheckObservation::Stalled { .. } => stalled(run),
        CheckObservation::Panicked { .. } => panicked(observation),
        CheckObservation::UnknownCheck => unknown_check(run),
        CheckObservation::Explored(_)
        | CheckObservation::Replayed(_)
        | CheckObservation::Played(_)
        | CheckObservation::TokenRefused { .. }
        | CheckObservation::Tried(_)
        | CheckObservation::Ran(_)
        | CheckObservation::Hung { .. } => ungraded(OTHER_QUESTION),
    }
}

fn stalled(run: &CheckRun) -> Verdict {
    // The number of seconds is left out: it differs a little each time.
    let message = "expected the submission to get on, it computed for seconds of processor time without touching a \
                   thread, a lock, a channel, an atomic or the clock: a loop that does not end";
    Verdict::Failed(CheckFailure::new(
        Finding::Timeout,
        message,
        excerpt::output(&run.output),
    ))
}

/// A property that panics says nothing about the submission. The submission's own code, which it may call, does.
fn panicked(observation: &CheckObservation) -> Verdict {
    let CheckObservation::Panicked {
        file,
        line,
        message,
        is_of_check,
    } = observation
    else {
        return ungraded(OTHER_QUESTION);
    };
    // The message may contain text of the submission, and that must not look like lines of the report.
    let message = message.replace('\n', "⏎");
    if *is_of_check {
        return ungraded(format!("the check itself panicked at `{file}:{line}`: {message}"));
    }
    let message = format!("expected no panic, one was raised at {file}:{line} while a value was looked at: {message}");
    Verdict::Failed(CheckFailure::new(Finding::Panic, message, Evidence::None))
}

pub(super) fn unknown_check(run: &CheckRun) -> Verdict {
    let check = &run.request.check;
    ungraded(format!(
        "the check program has no check `{check}`, which `exercise.toml` names"
    ))
}

fn explored(exploration: &Exploration, output: &ProcessOutput) -> Judgement {
    let mut exploration = exploration.clone();
    if let Some(failure) = &mut exploration.failure {
        name_the_limit(failure, output);
    }
    let verdict = match &exploration.failure {
        Some(failure) => Verdict::Failed(failed(failure)),
        None if exploration.executions == 0 => ungraded("no interleaving was run"),
        None if output.left_behind > 0 => Verdict::Failed(child_leak()),
        None => Verdict::Passed,
    };
    Judgement {
        verdict,
        explored: Some(exploration),
    }
}

/// What the check program takes for an abort was the limit of memory, if `std` says so.
pub(super) fn name_the_limit(failure: &mut Failure, output: &ProcessOutput) {
    if failure.is_abort() && is_out_of_memory(&output.stderr) {
        failure.finding = Finding::MemoryLimit;
    }
}

/// What failed: the evidence says how, and the report puts it into words.
pub(super) fn failed(failure: &Failure) -> CheckFailure {
    CheckFailure::new(failure.finding, "", Evidence::Interleaving(Box::new(failure.clone())))
}
