//! Runs one interleaving of one submission again.

use protocol::token::{TokenError, check_of};
use protocol::{Finding, Work};

use super::prepare::Prepared;
use super::{Grading, Options, find_libraries};
use crate::discover::{Submission, Workspace};
use crate::event::Event;
use crate::exercise::{Check, CheckWork, Exercise};
use crate::help::Help;
use crate::judge::{Replay, judge_replay};
use crate::run::Observation;
use protocol::verdict::{ReplayReport, Report, Verdict};

/// Why an interleaving was not run again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The token is none, or of another exercise or version: wrong usage.
    #[error("failed to use the token `{token}`")]
    Token {
        /// The token.
        token: String,
        /// Why.
        source: TokenError,
    },
    /// The token does not fit the submission as it is now: wrong usage.
    #[error("failed to replay `{token}`: {reason}")]
    Refused {
        /// The token.
        token: String,
        /// Why.
        reason: String,
    },
    /// The submission does not build, or the interleaving did not come to an end. The report says why, and its overall
    /// verdict whose fault that is.
    #[error("failed to replay: the report tells why")]
    NotReplayed {
        /// What stood in the way.
        report: Box<Report>,
    },
    /// Somebody asked to stop.
    #[error("failed to replay: stopped")]
    Cancelled,
}

impl Help for ReplayError {
    fn help(&self) -> Option<String> {
        let help = match self {
            ReplayError::Token { .. } => "copy it from the line `replay:` of a report, with its exercise",
            ReplayError::Refused { .. } => "grade the submission again for a token that fits it",
            ReplayError::NotReplayed { .. } | ReplayError::Cancelled => return None,
        };
        Some(help.to_owned())
    }
}

impl ReplayError {
    /// How the submission failed, where that stood in the way.
    pub fn finding(&self) -> Option<Finding> {
        let ReplayError::NotReplayed { report } = self else {
            return None;
        };
        report.checks.iter().find_map(|check| match &check.verdict {
            Verdict::Failed(fault) => Some(fault.finding),
            Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => None,
        })
    }
}

/// Runs the interleaving that `token` names again.
///
/// # Errors
///
/// When the token does not fit, or the submission cannot be run.
pub fn replay(
    workspace: &Workspace,
    exercise: &Exercise,
    submission: &Submission,
    token: &str,
    options: &Options,
    events: &(dyn Fn(Event) + Sync),
) -> Result<ReplayReport, ReplayError> {
    let check = check_named_by(token, exercise)?;
    let grading = Grading {
        workspace,
        exercise,
        submission,
        options,
        events,
    };
    let libraries = find_libraries(workspace, exercise, options, events);
    let prepared = grading.prepare(&libraries, &[check]);
    let outcome = grading.replay(token, check, &prepared);
    if options.cancel.is_cancelled() {
        return Err(ReplayError::Cancelled);
    }
    let checks = match &outcome {
        Replay::Lost(verdict) if prepared.verdict == Verdict::Passed => {
            vec![grading.verdict(check, verdict.clone().into())]
        }
        Replay::Lost(verdict) => grading.unbuilt(verdict, &[check]),
        Replay::Replayed(_) | Replay::Refused { .. } => Vec::new(),
    };
    let (sources, token) = (prepared.sources(), token.to_owned());
    match outcome {
        Replay::Replayed(replayed) => Ok(ReplayReport {
            exercise: exercise.name.clone(),
            check: check.name.clone(),
            submission: submission.shown.clone(),
            token,
            replayed,
            sources,
        }),
        Replay::Refused { reason } => Err(ReplayError::Refused { token, reason }),
        Replay::Lost(_) => Err(ReplayError::NotReplayed {
            report: Box::new(grading.report(checks, &libraries, sources)),
        }),
    }
}

fn check_named_by<'a>(token: &str, exercise: &'a Exercise) -> Result<&'a Check, ReplayError> {
    let is_model = |check: &&Check| matches!(check.work, CheckWork::Model);
    let models = exercise.checks.iter().filter(is_model);
    let names: Vec<&str> = models.map(|check| check.name.as_str()).collect();
    let name = check_of(token, &names).map_err(|source| ReplayError::Token {
        token: token.to_owned(),
        source,
    })?;
    Ok(exercise.check(name).expect("the name is one of those given"))
}

impl Grading<'_> {
    fn replay(&self, token: &str, check: &Check, prepared: &Prepared) -> Replay {
        if prepared.verdict != Verdict::Passed {
            return Replay::Lost(prepared.verdict.clone());
        }
        let work = Work::Replay {
            token: token.to_owned(),
        };
        match self.observe_model(prepared.build(), check, work) {
            Observation::Check(run) => judge_replay(&run),
            Observation::NotStarted { reason, help } => Replay::Lost(Verdict::Ungraded { reason, help }),
            Observation::Program(_) => unreachable!("a check program was run"),
        }
    }
}
