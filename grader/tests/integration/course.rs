//! A small course in `testdata`, and helpers to grade its submissions.

use std::path::{Path, PathBuf};
use std::time::Duration;

use grader::discover::{Submission, Workspace};
use grader::event::Event;
use grader::exercise::Exercise;
use grader::grade::{Options, grade};
use protocol::verdict::{CheckFailure, Evidence, Report, Verdict};
use protocol::{Failure, Finding};
use sandbox::process::Limits;

/// The course, its only exercise, and short limits, so that submissions that hang end soon.
pub(crate) struct Course {
    pub(crate) workspace: Workspace,
    pub(crate) exercise: Exercise,
    pub(crate) options: Options,
}

impl Course {
    pub(crate) fn open() -> Course {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/course");
        let workspace = Workspace::find_from(&root).expect("the course is there");
        let exercise = workspace.exercise("counting").expect("the exercise is there");
        let options = Options::default();
        let model_limits = Limits {
            cpu: Some(Duration::from_secs(4)),
            ..options.model_limits
        };
        Course {
            workspace,
            exercise,
            options: Options {
                model_limits,
                ..options
            },
        }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.workspace.root.join(path)
    }

    pub(crate) fn submission(&self, path: &str) -> Submission {
        Submission::at(&self.path(path), &self.exercise).expect("the submission is there")
    }

    pub(crate) fn grade(&self, path: &str) -> Report {
        self.grade_submission(&self.submission(path))
    }

    pub(crate) fn grade_submission(&self, submission: &Submission) -> Report {
        grade(&self.workspace, &self.exercise, submission, &self.options, &silent).expect("the options are right")
    }
}

pub(crate) fn silent(_event: Event) {}

/// The verdict on a check, which has to be in the report.
#[track_caller]
pub(crate) fn verdict<'a>(report: &'a Report, check: &str) -> &'a Verdict {
    let found = report.checks.iter().find(|verdict| verdict.name == check);
    &found.unwrap_or_else(|| panic!("no {check} in {report:#?}")).verdict
}

/// The first check that failed, with its finding.
pub(crate) fn first_failure(report: &Report) -> Option<(String, Finding)> {
    report.checks.iter().find_map(|check| match &check.verdict {
        Verdict::Failed(check_failure) => Some((check.name.clone(), check_failure.finding)),
        _ => None,
    })
}

/// The failing interleaving of a check.
#[track_caller]
pub(crate) fn interleaving<'a>(report: &'a Report, check: &str) -> &'a Failure {
    match verdict(report, check) {
        Verdict::Failed(CheckFailure {
            evidence: Evidence::Interleaving(failure),
            ..
        }) => failure,
        other => panic!("expected a failing interleaving, got {other:#?}"),
    }
}

/// The message of the failure of a check, or why it is ungraded and what to do about it.
#[track_caller]
pub(crate) fn words(report: &Report, check: &str) -> String {
    match verdict(report, check) {
        Verdict::Failed(check_failure) => check_failure.message.clone(),
        Verdict::Ungraded { reason, help } => {
            format!("{reason}\nhelp: {}", help.as_deref().unwrap_or("none"))
        }
        other => panic!("expected words, got {other:?}"),
    }
}
