//! Runs one interleaving of one submission again.

use driver::protocol::{Finding, Work};
use driver::token::{TokenError, check_of};

use super::{Grading, Options, Prepared, find_libraries, reason};
use crate::discover::{Submission, Workspace};
use crate::event::Event;
use crate::exercise::{CheckWork, Exercise};
use crate::judge::{Replay, judge_replay};
use crate::run::{Observation, observe_model};
use crate::verdict::{ReplayReport, Report, Verdict};

/// Why an interleaving was not run again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The token is none, or of another exercise or version: wrong usage.
    #[error("failed to use the token `{token}`\nhelp: copy it from the line `replay:` of a report, with its exercise")]
    Token {
        /// The token.
        token: String,
        /// Why.
        source: TokenError,
    },
    /// The token does not fit the submission as it is now: wrong usage.
    #[error("failed to replay `{token}`: {reason}\nhelp: grade the submission again for a token that fits it")]
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

impl ReplayError {
    /// How the submission failed, where that stood in the way.
    pub fn finding(&self) -> Option<Finding> {
        let ReplayError::NotReplayed { report } = self else { return None };
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
    let models = exercise.checks.iter().filter(|check| matches!(check.work, CheckWork::Model));
    let names: Vec<&str> = models.map(|check| check.name.as_str()).collect();
    let name = check_of(token, &names).map_err(|source| ReplayError::Token { token: token.to_owned(), source })?;
    let check = exercise.check(name).expect("the name is one of those given");
    let grading = Grading { workspace, exercise, submission, options, events };
    let libraries = find_libraries(workspace, options, events);
    let prepared = match &libraries {
        Ok(libraries) => grading.prepare(libraries),
        Err(error) => Prepared::broken(Verdict::Ungraded { reason: reason(error) }),
    };
    let outcome = if prepared.verdict == Verdict::Passed {
        let work = Work::Replay { token: token.to_owned() };
        let checks = &prepared.build().checks;
        match observe_model(checks, name, work, &options.model_limits, &options.cancel) {
            Observation::Model(run) => judge_replay(&run),
            Observation::NotStarted { reason } => Replay::Lost(Verdict::Ungraded { reason }),
            Observation::Program(_) => unreachable!("a check program was run"),
        }
    } else {
        Replay::Lost(prepared.verdict.clone())
    };
    if options.cancel.is_cancelled() {
        return Err(ReplayError::Cancelled);
    }
    let is_built = prepared.verdict == Verdict::Passed;
    let sources = prepared.sources();
    match outcome {
        Replay::Replayed(replayed) => Ok(ReplayReport {
            exercise: exercise.name.clone(),
            check: name.to_owned(),
            submission: submission.shown.clone(),
            token: token.to_owned(),
            replayed,
            sources,
        }),
        Replay::Refused { reason } => Err(ReplayError::Refused { token: token.to_owned(), reason }),
        Replay::Lost(verdict) => {
            let checks = match is_built {
                true => vec![grading.verdict(check, verdict.into())],
                false => grading.unbuilt(&verdict, &[check]),
            };
            Err(ReplayError::NotReplayed { report: Box::new(grading.report(checks, &libraries, sources)) })
        }
    }
}
