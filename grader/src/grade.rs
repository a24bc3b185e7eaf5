//! Grades one submission: the list of stages.
//!
//! Everything between the question and the [`Report`] is here, in order: take the files in, build, run each check in a process
//! of its own, judge, score. A failure of the grader becomes an ungraded verdict in the report. The folder for all of it is
//! gone when the function returns, however it returns.

use std::cell::Cell;
use std::num::NonZero;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use crate::discover::{Submission, Workspace, did_you_mean, most_similar, quoted};
use crate::event::Event;
use crate::exercise::{Check, Exercise};
use crate::help::Help;
use crate::libraries::{self, Libraries, LibrariesError, SupportOrder, Tools};
use protocol::CheckKind;
use protocol::verdict::{CheckVerdict, GraderIdentity, Report, Verdict};
use sandbox::cancel::Cancel;
use sandbox::process::Limits;

pub use containment::{SandboxError, SandboxRequirement};
pub use replay::{ReplayError, replay};

mod checks;
mod containment;
mod folder;
mod prepare;
mod replay;

/// The name under which a build stands among the checks of a report.
pub const BUILD: &str = "build";

/// How to grade.
#[derive(Debug, Clone)]
pub struct Options {
    /// Only the check of that name.
    pub check: Option<String>,
    /// No check of a later kind, nor what only those need.
    pub up_to: CheckKind,
    /// Stops everything when set.
    pub cancel: Cancel,
    /// The tools that build.
    pub tools: Tools,
    /// How well a submission is to be contained.
    pub containment: SandboxRequirement,
    /// Where folders for temporary files are made.
    pub temporary: PathBuf,
    /// How many checks run side by side.
    pub workers: NonZero<usize>,
    /// How much processor time one call of the compiler may take, and how long it may take when it waits. Thirty times what
    /// it takes.
    pub build_limit: Duration,
    /// What a check program may use. The explorer counts executions; these limits only end what hangs.
    pub model_limits: Limits,
    /// What a check program on real threads may use. It ends by itself when nothing runs any more.
    pub real_limits: Limits,
    /// What the exercise's program may use.
    pub program_limits: Limits,
}

impl Default for Options {
    fn default() -> Options {
        let limits = Limits {
            wall: Duration::from_secs(30),
            cpu: Some(Duration::from_secs(10)),
            memory: Some(1 << 30),
            // As in other graders: no right answer is longer than a book.
            output: 1 << 20,
            // Twice what the largest right answer needs.
            threads: 256,
        };
        // A loop that the model does not see is busy, and processor time does not depend on what else runs. Twenty times what
        // the longest check of the course takes: a guess at the slowest machine.
        let checks = Limits {
            wall: Duration::from_secs(60),
            cpu: Some(Duration::from_secs(20)),
            ..limits.clone()
        };
        Options {
            check: None,
            up_to: CheckKind::Program,
            cancel: Cancel::new(),
            containment: SandboxRequirement::AUTO,
            tools: Tools::from_environment(),
            temporary: std::env::temp_dir(),
            workers: thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN),
            build_limit: Duration::from_secs(60),
            model_limits: checks.clone(),
            real_limits: checks,
            program_limits: limits,
        }
    }
}

/// Why a submission was not graded at all.
#[derive(Debug, thiserror::Error)]
pub enum GradeError {
    /// There is no check of that name: wrong usage.
    #[error("failed to find the check `{name}`, known are {known}", known = quoted(known))]
    UnknownCheck {
        /// The name.
        name: String,
        /// The checks that there are.
        known: Vec<String>,
        /// The one that was probably meant.
        similar: Option<String>,
    },
    /// Somebody asked to stop.
    #[error("failed to grade: stopped")]
    Cancelled,
}

impl Help for GradeError {
    fn help(&self) -> Option<String> {
        match self {
            GradeError::UnknownCheck { similar, .. } => did_you_mean(similar.as_ref()),
            GradeError::Cancelled => None,
        }
    }
}

/// Grades `submission` as a submission for `exercise`.
///
/// # Errors
///
/// When the options name a check that the exercise does not have, or somebody asked to stop. Whatever else keeps the grader
/// from its work is told in the report.
pub fn grade(
    workspace: &Workspace,
    exercise: &Exercise,
    submission: &Submission,
    options: &Options,
    events: &(dyn Fn(Event) + Sync),
) -> Result<Report, GradeError> {
    let libraries = find_libraries(workspace, exercise, options, events);
    grade_with(
        &Grading {
            workspace,
            exercise,
            submission,
            options,
            events,
        },
        &libraries,
    )
}

/// What is graded, and how.
pub(crate) struct Grading<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) exercise: &'a Exercise,
    pub(crate) submission: &'a Submission,
    pub(crate) options: &'a Options,
    pub(crate) events: &'a (dyn Fn(Event) + Sync),
}

pub(crate) fn find_libraries(
    workspace: &Workspace,
    exercise: &Exercise,
    options: &Options,
    events: &(dyn Fn(Event) + Sync),
) -> Result<Libraries, LibrariesError> {
    let support = exercise.support().map(|package| SupportOrder {
        package,
        libraries: exercise.libraries.clone(),
    });
    let is_building = Cell::new(false);
    let building = || {
        is_building.set(true);
        events(Event::LibrariesStarted);
    };
    let libraries = libraries::locate(
        &workspace.root,
        support.as_ref(),
        &options.tools,
        &options.cancel,
        &building,
    );
    if is_building.get() {
        events(Event::LibrariesFinished);
    }
    libraries
}

/// Grades with libraries that were looked for once for many submissions.
pub(crate) fn grade_with(
    grading: &Grading<'_>,
    libraries: &Result<Libraries, LibrariesError>,
) -> Result<Report, GradeError> {
    let checks = grading.selected()?;
    let prepared = grading.prepare(libraries, &checks);
    let verdicts = match &prepared.verdict {
        Verdict::Passed => grading.run(&checks, &prepared),
        verdict => grading.unbuilt(verdict, &checks),
    };
    if grading.options.cancel.is_cancelled() {
        return Err(GradeError::Cancelled);
    }
    let report = grading.report(verdicts, libraries, prepared.sources());
    (grading.events)(Event::SubmissionFinished {
        exercise: report.exercise.clone(),
        submission: report.submission.clone(),
    });
    Ok(report)
}

impl<'a> Grading<'a> {
    fn selected(&self) -> Result<Vec<&'a Check>, GradeError> {
        let Some(name) = &self.options.check else {
            let checks = self.exercise.checks.iter();
            return Ok(checks.filter(|check| check.kind() <= self.options.up_to).collect());
        };
        match self.exercise.check(name) {
            Some(check) => Ok(vec![check]),
            None => {
                let known: Vec<String> = self.exercise.checks.iter().map(|check| check.name.clone()).collect();
                let similar = most_similar(name, &known);
                Err(GradeError::UnknownCheck {
                    name: name.clone(),
                    known,
                    similar,
                })
            }
        }
    }

    fn report(
        &self,
        checks: Vec<CheckVerdict>,
        libraries: &Result<Libraries, LibrariesError>,
        sources: Vec<(String, String)>,
    ) -> Report {
        let compiler = libraries.as_ref().map_or("none", |libraries| &libraries.compiler);
        Report {
            exercise: self.exercise.name.clone(),
            title: self.exercise.title.clone(),
            submission: self.submission.shown.clone(),
            checks,
            grader: GraderIdentity {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                compiler: compiler.to_owned(),
                containment: containment::of(self.options.containment),
            },
            sources,
        }
    }
}
