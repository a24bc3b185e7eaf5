//! Grades one submission: intake, build, run, judge, score.
//!
//! [`grade`] is the list of these stages, and `stages.rs` says what each is given. A failure of the grader becomes an
//! ungraded verdict in the report. The temporary folder is gone when the function returns, however it returns.

mod batch;
mod play;
mod replay;
mod stages;

use std::cell::Cell;
use std::num::NonZero;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use protocol::CheckKind;
use protocol::verdict::{CheckVerdict, GraderIdentity, Report};
use sandbox::cancel::Cancel;
use sandbox::process::Limits;

use self::stages::Built;
use crate::discover::{Submission, Workspace, did_you_mean, most_similar, quoted};
use crate::event::Event;
use crate::exercise::{Check, Exercise};
use crate::help::Help;
use crate::judge::judge;
use crate::libraries::{self, Libraries, LibrariesError, SupportPackage, Tools};
use crate::sandbox_requirement;
use crate::score::score;
use crate::snapshot;

pub(crate) use self::batch::{Batch, Cancelled};
pub use self::play::{Game, PlayError, Wish, play};
pub use self::replay::{ReplayError, replay};
pub use crate::run::{AfterFailure, ModelledPrograms};
pub use crate::sandbox_requirement::SandboxRequirement;

/// How to grade.
#[derive(Debug, Clone)]
pub struct Options {
    /// Run only the check of that name.
    pub check: Option<String>,
    /// No check of another kind is run, nor is anything built that only such checks need.
    pub kinds: RangeInclusive<CheckKind>,
    /// What is run after a check has failed.
    pub after_failure: AfterFailure,
    /// Which runs of the exercise's program are under the model, where threads do the same every time.
    pub modelled_programs: ModelledPrograms,
    /// How many incremental compilation caches there are for submissions other than the student's and the solution,
    /// one for each that is built at the same time. They pay where many submissions for one exercise are graded.
    pub further_caches: usize,
    /// Stops everything when set.
    pub cancel: Cancel,
    /// Cargo and the compiler.
    pub tools: Tools,
    /// How well submissions have to be contained.
    pub containment: SandboxRequirement,
    /// Where temporary folders are made.
    pub temporary: PathBuf,
    /// How many checks run side by side.
    pub workers: NonZero<usize>,
    /// How much processor time one call of the compiler may take, and how long it may wait. Thirty times what the
    /// slowest call takes.
    pub build_limit: Duration,
    /// What a check program that explores interleavings may use. The search is bounded by a number of executions;
    /// these limits only end a program that hangs.
    pub model_limits: Limits,
    /// What a check program on real threads may use. It ends itself once all of its threads are blocked.
    pub real_limits: Limits,
    /// What the exercise's program may use.
    pub program_limits: Limits,
}

impl Default for Options {
    fn default() -> Options {
        // A program that is right computes for a tenth of a second and waits for a fifth. The rest is a guess at the
        // slowest machine.
        let limits = Limits {
            wall: Duration::from_secs(100),
            waiting: Duration::from_secs(4),
            cpu: Some(Duration::from_secs(3)),
            memory: Some(1 << 30),
            // As in other graders. The solutions print a few lines.
            output: 1 << 20,
            // Twice what the largest solution needs.
            threads: 256,
        };
        // A loop without an operation that the model knows uses processor time, which does not depend on what else
        // runs. Twenty times what the longest check of the course takes: a guess at the slowest machine.
        let real_limits = Limits {
            wall: Duration::from_secs(600),
            waiting: Duration::from_secs(20),
            cpu: Some(Duration::from_secs(20)),
            ..limits.clone()
        };
        // Under the model, nothing waits for anything outside of it.
        let model_limits = Limits {
            waiting: Duration::from_secs(1),
            ..real_limits.clone()
        };
        Options {
            check: None,
            modelled_programs: ModelledPrograms::AfterFailure,
            kinds: CheckKind::Build..=CheckKind::Program,
            after_failure: AfterFailure::RunAll,
            further_caches: 0,
            cancel: Cancel::new(),
            containment: SandboxRequirement::AUTO,
            tools: Tools::from_environment(),
            temporary: std::env::temp_dir(),
            workers: thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN),
            build_limit: Duration::from_secs(60),
            model_limits,
            real_limits,
            program_limits: limits,
        }
    }
}

/// Why there is no report on a submission.
#[derive(Debug, thiserror::Error)]
pub enum GradeError {
    /// The exercise has no check of that name: wrong usage.
    #[error("failed to find the check `{name}`, known are {known}", known = quoted(known))]
    UnknownCheck {
        /// The name.
        name: String,
        /// The checks that the exercise has.
        known: Vec<String>,
        /// A check with a similar name.
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
/// When the options name a check that the exercise does not have, or somebody asked to stop. Any other failure of the
/// grader is in the report.
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

/// Builds what gradings of `exercises` need besides the submission.
///
/// # Errors
///
/// When there is no compiler, Cargo cannot build it, or somebody asked to stop.
pub fn prepare(
    workspace: &Workspace,
    exercises: &[Exercise],
    options: &Options,
    events: &(dyn Fn(Event) + Sync),
) -> Result<(), LibrariesError> {
    for exercise in exercises {
        find_libraries(workspace, exercise, options, events)?;
    }
    Ok(())
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
    if options.cancel.is_cancelled() {
        return Err(LibrariesError::Cancelled);
    }
    let support = exercise.support().map(|name| SupportPackage {
        name,
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

/// Grades with libraries that were found once for many submissions.
pub(crate) fn grade_with(
    grading: &Grading<'_>,
    libraries: &Result<Libraries, LibrariesError>,
) -> Result<Report, GradeError> {
    let checks = grading.selected_checks()?;
    // Where thousands wait for their turn, even the calls of a compiler that ends at once take long.
    if grading.options.cancel.is_cancelled() {
        return Err(GradeError::Cancelled);
    }
    let snapshots = snapshot::read_all(&grading.workspace.snapshots_folder(grading.exercise), &checks);

    let taken_in = grading.intake(libraries);
    let built = grading.build(taken_in, &checks);
    let outcomes = grading.run(&built, &checks, &snapshots);
    let build = built.as_ref().map(|built| &built.build);
    let judged = judge(grading.exercise, &checks, build, &outcomes, &snapshots);
    let verdicts = score(grading.exercise, judged);

    if grading.options.cancel.is_cancelled() {
        return Err(GradeError::Cancelled);
    }
    let report = grading.report(verdicts, libraries, built.map_or(Vec::new(), Built::sources));
    (grading.events)(Event::SubmissionFinished);
    Ok(report)
}

impl<'a> Grading<'a> {
    fn selected_checks(&self) -> Result<Vec<&'a Check>, GradeError> {
        let Some(name) = &self.options.check else {
            let checks = self.exercise.checks.iter();
            return Ok(checks
                .filter(|check| self.options.kinds.contains(&check.kind()))
                .collect());
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
                containment: sandbox_requirement::containment(self.options.containment),
            },
            sources,
        }
    }
}
