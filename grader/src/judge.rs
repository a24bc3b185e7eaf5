//! Turns observations into verdicts. Pure: no clock, no files, no processes.
//!
//! Only this module makes verdicts. A verdict starts as ungraded, and a pass needs evidence. Where the submission is at
//! fault, the verdict is a failure with a finding; where the grader could not do its work, it is ungraded and costs no
//! points. Messages contain nothing that differs between two equal runs.

mod build;
mod excerpt;
mod exit;
mod intake;
mod model;
mod program;
mod real;
mod reply;

use std::io;
use std::path::PathBuf;

use protocol::verdict::{CheckFailure, Verdict};
use protocol::{CheckObservation, Exploration, Finding};
use sandbox::process::RunError;

use self::build::judge_build;
use crate::build::Build;
use crate::exercise::{Check, CheckWork, Exercise};
use crate::help::{Help, with_causes};
use crate::intake::IntakeError;
use crate::libraries::LibrariesError;
use crate::run::{Answer, CheckOutcome, CheckRun, Observation, Outcome};
use crate::sandbox_requirement::SandboxError;
use crate::snapshot::Snapshots;

pub use self::model::{Replay, judge_play, judge_replay};

/// The name of the build among the checks of a report.
pub const BUILD: &str = "build";

/// Why there is no build to judge.
#[derive(Debug)]
pub enum NotBuilt<'a> {
    /// This machine does not contain submissions as well as was required.
    Sandbox(SandboxError),
    /// There are no libraries to link.
    Libraries(&'a LibrariesError),
    /// Nothing can be written to the temporary folder.
    TemporaryFolder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The submission was not taken in.
    Intake(IntakeError),
    /// The compiler cannot be started.
    Compiler(RunError),
}

/// The verdict on one check, and what was explored for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// What was explored, where the check explores interleavings.
    pub explored: Option<Exploration>,
}

/// A check or the build, judged.
#[derive(Debug)]
pub struct Judged<'a> {
    /// What was judged.
    pub subject: Subject<'a>,
    /// The judgement.
    pub judgement: Judgement,
}

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// The build.
    Build,
    /// A check of the exercise.
    Check(&'a Check),
}

/// Judges each check of a submission that was run or skipped. Where the build failed, its verdict comes first, and all
/// of `checks` are skipped.
pub fn judge<'a>(
    exercise: &Exercise,
    checks: &[&'a Check],
    build: Result<&Build, &NotBuilt<'_>>,
    outcomes: &[CheckOutcome<'a>],
    snapshots: &Snapshots,
) -> Vec<Judged<'a>> {
    let build = match build {
        Ok(build) => judge_build(exercise, build),
        Err(not_built) => judge_not_built(not_built),
    };
    if build != Verdict::Passed {
        let skipped = checks
            .iter()
            .map(|check| (Subject::Check(check), skipped(BUILD).into()));
        let judged = std::iter::once((Subject::Build, build.into())).chain(skipped);
        return judged
            .map(|(subject, judgement)| Judged { subject, judgement })
            .collect();
    }
    let judged = outcomes.iter().map(|CheckOutcome { check, outcome }| Judged {
        subject: Subject::Check(check),
        judgement: match outcome {
            Outcome::Observed(observation) => judge_check(check, observation, snapshots),
            Outcome::Skipped { because } => skipped(because).into(),
        },
    });
    judged.collect()
}

/// Whether a check failed.
pub fn has_failed(check: &Check, observation: &Observation, snapshots: &Snapshots) -> bool {
    matches!(judge_check(check, observation, snapshots).verdict, Verdict::Failed(_))
}

/// Whether a check on real threads failed in a way that may depend on how its threads happened to run. What computes or
/// waits to its limit is left out: to see that again would take too long. So is a deadlock where gates decide which
/// threads wait.
pub fn may_be_chance(check: &Check, observation: &Observation, snapshots: &Snapshots) -> bool {
    match judge_check(check, observation, snapshots).verdict {
        Verdict::Failed(CheckFailure { finding, .. }) => {
            let is_limit = matches!(
                finding,
                Finding::Timeout | Finding::CpuLimit | Finding::MemoryLimit | Finding::OutputLimit
            );
            let is_gated = finding == Finding::Deadlock && !matches!(check.work, CheckWork::Program(_));
            !is_limit && !is_gated
        }
        Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => false,
    }
}

/// Whether a run of the exercise's program under the model says anything about the submission. It does not where the
/// process did not answer, and where the program is beyond the model.
pub fn is_telling(observation: &Observation) -> bool {
    let Observation::Check(CheckRun {
        answer: Answer::Reply(reply),
        ..
    }) = observation
    else {
        return false;
    };
    match &reply.observation {
        CheckObservation::Ran(ran) => !ran.is_beyond_the_model(),
        _ => true,
    }
}

/// Judges one check.
fn judge_check(check: &Check, observation: &Observation, snapshots: &Snapshots) -> Judgement {
    match (&check.work, observation) {
        (_, Observation::NotStarted { reason, help }) => not_started(reason, help.as_ref()).into(),
        (CheckWork::Model, Observation::Check(run)) => model::judge(run),
        (CheckWork::Service | CheckWork::Speed, Observation::Check(run)) => real::judge(run).into(),
        (CheckWork::Program(program), Observation::Program(output)) => {
            program::judge(program, output, snapshots).into()
        }
        (CheckWork::Program(program), Observation::Check(run)) => {
            program::judge_modelled(program, run, snapshots).into()
        }
        (CheckWork::Model | CheckWork::Service | CheckWork::Speed, Observation::Program(_)) => {
            ungraded(OTHER_WORK).into()
        }
    }
}

const OTHER_WORK: &str = "something else was run than the check asks for";

/// Judges a submission without a build.
fn judge_not_built(not_built: &NotBuilt<'_>) -> Verdict {
    match not_built {
        NotBuilt::Intake(IntakeError::Refused(refusal)) => Verdict::Failed(intake::refused(refusal)),
        NotBuilt::Intake(error @ (IntakeError::Read { .. } | IntakeError::Write { .. })) => prevented(error),
        NotBuilt::Sandbox(error) => prevented(error),
        NotBuilt::Libraries(error) => prevented(*error),
        NotBuilt::Compiler(error) => prevented(error),
        // The path of the folder inside it differs each time, so it is not named.
        NotBuilt::TemporaryFolder { folder, source } => Verdict::Ungraded {
            reason: format!(
                "failed to write to the temporary folder `{}`: {}",
                folder.display(),
                source.kind()
            ),
            help: Some("free some space there, or set `TMPDIR` to another folder".to_owned()),
        },
    }
}

fn skipped(because: &str) -> Verdict {
    Verdict::Skipped {
        because: because.to_owned(),
    }
}

fn not_started(reason: &str, help: Option<&String>) -> Verdict {
    Verdict::Ungraded {
        reason: reason.to_owned(),
        help: help.cloned(),
    }
}

/// The grader could not do its work because of `error`.
fn prevented(error: &dyn Help) -> Verdict {
    Verdict::Ungraded {
        reason: with_causes(error),
        help: error.help(),
    }
}

/// The grader could not do its work, and the reader can do nothing about it.
fn ungraded(reason: impl Into<String>) -> Verdict {
    Verdict::Ungraded {
        reason: reason.into(),
        help: None,
    }
}

impl From<Verdict> for Judgement {
    fn from(verdict: Verdict) -> Judgement {
        Judgement {
            verdict,
            explored: None,
        }
    }
}

#[cfg(test)]
mod tests;
