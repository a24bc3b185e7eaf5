//! Runs one interleaving of one submission again.

use protocol::token::{TokenError, check_of};
use protocol::verdict::{ReplayReport, Report, Verdict};
use protocol::{Finding, Work};

use super::stages::Built;
use super::{Grading, Options, find_libraries};
use crate::discover::{Submission, Workspace};
use crate::event::Event;
use crate::exercise::{Check, CheckWork, Exercise};
use crate::help::Help;
use crate::judge::{Judged, Replay, Subject, judge, judge_replay};
use crate::score::score;
use crate::snapshot::Snapshots;

/// Why an interleaving was not run again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The token is malformed, or belongs to another exercise or version: wrong usage.
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
    /// The submission does not build, or the execution did not end. The report says why, and its overall verdict says
    /// whether that is the submission's failure or the grader's.
    #[error("failed to replay: the report tells why")]
    NotReplayed {
        /// Why.
        report: Box<Report>,
    },
    /// Somebody asked to stop.
    #[error("failed to replay: stopped")]
    Cancelled,
}

const GRADE_AGAIN: &str = "grade the submission again for a token that fits it";

impl Help for ReplayError {
    fn help(&self) -> Option<String> {
        let help = match self {
            ReplayError::Token { source, .. } => match source {
                TokenError::Malformed | TokenError::OtherCheck => {
                    "copy it from the line `replay:` of a report, with its exercise"
                }
                TokenError::EarlierVersion => "grade the submission again for a token of this version",
                TokenError::LaterVersion => "use the version of the grader that printed it",
                TokenError::OtherSubmission => GRADE_AGAIN,
            },
            ReplayError::Refused { .. } => GRADE_AGAIN,
            ReplayError::NotReplayed { .. } | ReplayError::Cancelled => return None,
        };
        Some(help.to_owned())
    }
}

impl ReplayError {
    /// The finding, where the submission's own failure prevented the replay.
    pub fn finding(&self) -> Option<Finding> {
        let ReplayError::NotReplayed { report } = self else {
            return None;
        };
        report.checks.iter().find_map(|check| match &check.verdict {
            Verdict::Failed(check_failure) => Some(check_failure.finding),
            Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => None,
        })
    }
}

/// Runs again the interleaving that `token` names.
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
    let taken_in = grading.intake(&libraries);
    let built = grading.build(taken_in, &[check]);
    let replay = match &built {
        Ok(built) if built.build.is_complete() => {
            let work = Work::Replay {
                token: token.to_owned(),
            };
            Some(judge_replay(&grading.plan(built, &|_, _| {}).run_model(check, work)))
        }
        Ok(_) | Err(_) => None,
    };
    if options.cancel.is_cancelled() {
        return Err(ReplayError::Cancelled);
    }
    let judged = match replay {
        Some(Replay::Replayed(replayed)) => {
            return Ok(ReplayReport {
                exercise: exercise.name.clone(),
                check: check.name.clone(),
                submission: submission.shown.clone(),
                token: token.to_owned(),
                replayed,
                sources: built.map_or(Vec::new(), Built::sources),
            });
        }
        Some(Replay::Refused { reason }) => {
            let token = token.to_owned();
            return Err(ReplayError::Refused { token, reason });
        }
        Some(Replay::Lost(verdict)) => vec![Judged {
            subject: Subject::Check(check),
            judgement: verdict.into(),
        }],
        None => {
            let build = built.as_ref().map(|built| &built.build);
            judge(exercise, &[check], build, &[], &Snapshots::new())
        }
    };
    let verdicts = score(exercise, judged);
    let sources = built.map_or(Vec::new(), Built::sources);
    Err(ReplayError::NotReplayed {
        report: Box::new(grading.report(verdicts, &libraries, sources)),
    })
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
