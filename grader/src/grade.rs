//! Grades one submission: the list of stages.
//!
//! Everything between the question and the [`Report`] is here, in order: take the files in, build, run each check in a process
//! of its own, judge, score. A failure of the grader becomes an ungraded verdict in the report. The folder for all of it is
//! gone when the function returns, however it returns.

use std::error::Error;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use driver::protocol::Work;
use tempfile::TempDir;

use crate::build::{self, Build, Order};
use crate::cancel::Cancel;
use crate::discover::{Submission, Workspace, did_you_mean, most_similar, quoted};
use crate::event::Event;
use crate::exercise::{Check, CheckWork, Exercise};
use crate::intake::{IntakeError, Staged, intake};
use crate::judge::{Judgement, judge, judge_build};
use crate::libraries::{self, Libraries, LibrariesError, Tools};
use crate::parallel;
use crate::process::Limits;
use crate::run::{Observation, observe_model, observe_program};
use crate::score::score;
use crate::snapshot;
use crate::verdict::{CheckKind, CheckVerdict, Containment, GraderIdentity, Report, Verdict};

pub use replay::{ReplayError, replay};

mod replay;

/// The name under which a build stands among the checks of a report.
pub const BUILD: &str = "build";

/// How to grade.
#[derive(Debug, Clone)]
pub struct Options {
    /// Only the check of that name.
    pub check: Option<String>,
    /// Stops everything when set.
    pub cancel: Cancel,
    /// The tools that build.
    pub tools: Tools,
    /// How many checks run side by side.
    pub workers: NonZero<usize>,
    /// How long one call of the compiler may take. Two hundred times what it takes, so that a busy machine changes no verdict.
    pub build_limit: Duration,
    /// What a check program may use. The explorer counts executions; these limits only end what hangs.
    pub model_limits: Limits,
    /// What the exercise's program may use.
    pub program_limits: Limits,
}

impl Default for Options {
    fn default() -> Options {
        let limits = Limits {
            wall: Duration::from_secs(10),
            cpu: None,
            memory: Some(1 << 30),
            // As in other graders: no right answer is longer than a book.
            output: 1 << 20,
        };
        Options {
            check: None,
            cancel: Cancel::new(),
            tools: Tools::from_environment(),
            workers: thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN),
            build_limit: Duration::from_secs(60),
            // A loop that the model does not see is busy, and processor time does not depend on what else runs.
            model_limits: Limits { wall: Duration::from_secs(90), cpu: Some(Duration::from_secs(30)), ..limits.clone() },
            program_limits: limits,
        }
    }
}

/// Why a submission was not graded at all.
#[derive(Debug, thiserror::Error)]
pub enum GradeError {
    /// There is no check of that name: wrong usage.
    #[error("failed to find the check `{name}`, known are {known}{help}", known = quoted(known), help = did_you_mean(similar))]
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
    let libraries = find_libraries(workspace, options, events);
    grade_with(&Grading { workspace, exercise, submission, options, events }, &libraries)
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
    options: &Options,
    events: &(dyn Fn(Event) + Sync),
) -> Result<Libraries, LibrariesError> {
    let building = || events(Event::LibrariesStarted);
    let libraries = libraries::locate(&workspace.root, &options.tools, &options.cancel, &building)?;
    Ok(libraries)
}

/// Grades with libraries that were looked for once for many submissions.
pub(crate) fn grade_with(
    grading: &Grading<'_>,
    libraries: &Result<Libraries, LibrariesError>,
) -> Result<Report, GradeError> {
    let checks = grading.selected()?;
    let prepared = match libraries {
        Ok(libraries) => grading.prepare(libraries),
        Err(error) => Prepared::broken(Verdict::Ungraded { reason: reason(error) }),
    };
    let verdicts = match &prepared.verdict {
        Verdict::Passed => grading.run(&checks, &prepared),
        verdict => grading.unbuilt(verdict, &checks),
    };
    if grading.options.cancel.is_cancelled() {
        return Err(GradeError::Cancelled);
    }
    let report = grading.report(verdicts, libraries, prepared.sources());
    (grading.events)(Event::SubmissionFinished { exercise: report.exercise.clone(), submission: report.submission.clone() });
    Ok(report)
}

/// A submission that is ready to run, or the verdict that says why not.
struct Prepared {
    verdict: Verdict,
    staged: Option<Staged>,
    build: Option<Build>,
    /// Removed with everything in it when the grading is over.
    _folder: Option<TempDir>,
}

impl Prepared {
    fn broken(verdict: Verdict) -> Prepared {
        Prepared { verdict, staged: None, build: None, _folder: None }
    }

    fn sources(self) -> Vec<(String, String)> {
        self.staged.map_or(Vec::new(), |staged| staged.sources)
    }

    fn build(&self) -> &Build {
        self.build.as_ref().expect("a build that passed is there")
    }
}

impl<'a> Grading<'a> {
    fn selected(&self) -> Result<Vec<&'a Check>, GradeError> {
        let Some(name) = &self.options.check else { return Ok(self.exercise.checks.iter().collect()) };
        match self.exercise.check(name) {
            Some(check) => Ok(vec![check]),
            None => {
                let known: Vec<String> = self.exercise.checks.iter().map(|check| check.name.clone()).collect();
                let similar = most_similar(name, &known);
                Err(GradeError::UnknownCheck { name: name.clone(), known, similar })
            }
        }
    }

    /// Takes the submission in and builds it.
    fn prepare(&self, libraries: &Libraries) -> Prepared {
        (self.events)(Event::BuildStarted { exercise: self.exercise.name.clone(), submission: self.submission.shown.clone() });
        let prepared = self.try_to_prepare(libraries).unwrap_or_else(Prepared::broken);
        (self.events)(Event::BuildFinished {
            exercise: self.exercise.name.clone(),
            submission: self.submission.shown.clone(),
            verdict: prepared.verdict.clone(),
        });
        prepared
    }

    fn try_to_prepare(&self, libraries: &Libraries) -> Result<Prepared, Verdict> {
        let folder = scratch()?;
        let source = subfolder(&folder, "source")?;
        let staged = match intake(self.submission, &source) {
            Ok(staged) => staged,
            Err(IntakeError::Refused(fault)) => return Err(Verdict::Failed(fault)),
            Err(error) => return Err(Verdict::Ungraded { reason: reason(&error) }),
        };
        let runs_program = self.exercise.checks.iter().any(|check| check.kind() == CheckKind::Program);
        let order = Order {
            name: &self.exercise.name,
            staged: &staged,
            checks: self.workspace.checks_folder(self.exercise).join("src/main.rs"),
            program: runs_program.then(|| self.exercise.folder.join("src/main.rs")),
            root: &self.workspace.root,
            folder: folder.path(),
            path: self.options.tools.path.clone(),
            limit: self.options.build_limit,
        };
        let build = build::build(&order, libraries, &self.options.cancel);
        let build = build.map_err(|error| Verdict::Ungraded { reason: reason(&error) })?;
        let verdict = judge_build(self.exercise, &build);
        Ok(Prepared { verdict, staged: Some(staged), build: Some(build), _folder: Some(folder) })
    }

    /// Runs the checks over interleavings, and then the program, where no interleaving has explained already what is wrong.
    fn run(&self, checks: &[&Check], prepared: &Prepared) -> Vec<CheckVerdict> {
        let of_kind = |kind| checks.iter().copied().filter(move |check| check.kind() == kind).collect::<Vec<_>>();
        let (models, programs) = (of_kind(CheckKind::Model), of_kind(CheckKind::Program));
        let run = |check: &&Check| self.run_one(check, prepared.build());
        let mut done = parallel::map(&models, self.options.workers, run);
        let failed = done.iter().find(|done| matches!(done.verdict, Verdict::Failed(_)));
        let programs = match failed.map(|failed| failed.name.clone()) {
            Some(because) => programs.iter().map(|check| self.skipped(check, &because)).collect(),
            None => parallel::map(&programs, self.options.workers, run),
        };
        done.extend(programs);
        let place = |name: &str| checks.iter().position(|check| check.name == name);
        done.sort_by_key(|done| place(&done.name));
        done
    }

    fn run_one(&self, check: &Check, build: &Build) -> CheckVerdict {
        let [exercise, name] = [&self.exercise.name, &check.name].map(Clone::clone);
        let submission = self.submission.shown.clone();
        (self.events)(Event::CheckStarted {
            exercise: exercise.clone(),
            submission: submission.clone(),
            check: name.clone(),
        });
        let judgement = self.observe(check, build);
        let verdict = judgement.verdict.clone();
        (self.events)(Event::CheckFinished { exercise, submission, check: name, verdict });
        self.verdict(check, judgement)
    }

    fn observe(&self, check: &Check, build: &Build) -> Judgement {
        let Options { cancel, model_limits, program_limits, .. } = self.options;
        if cancel.is_cancelled() {
            let reason = "it was stopped before it started".to_owned();
            return judge(check, &Observation::NotStarted { reason }, None);
        }
        match &check.work {
            CheckWork::Model => {
                let observation = observe_model(&build.checks, &check.name, Work::Explore, model_limits, cancel);
                judge(check, &observation, None)
            }
            CheckWork::Program(program) => {
                let folder = self.workspace.checks_folder(self.exercise).join("snapshots");
                let text = program.snapshot.as_ref().map(|name| snapshot::read(&folder, name)).transpose();
                match text {
                    Ok(text) => {
                        let observation = observe_program(&build.program, program, program_limits, cancel);
                        judge(check, &observation, text.as_deref())
                    }
                    Err(error) => Verdict::Ungraded { reason: reason(&error) }.into(),
                }
            }
        }
    }

    fn verdict(&self, check: &Check, judgement: Judgement) -> CheckVerdict {
        let Judgement { verdict, explored } = judgement;
        let hints = match &verdict {
            Verdict::Failed(fault) => self.exercise.hints(check, fault.finding),
            Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => Vec::new(),
        };
        CheckVerdict {
            name: check.name.clone(),
            kind: check.kind(),
            property: check.property.clone(),
            score: score(&verdict, check.points),
            verdict,
            points: check.points,
            explored,
            hints,
        }
    }

    fn skipped(&self, check: &Check, because: &str) -> CheckVerdict {
        self.verdict(check, Verdict::Skipped { because: because.to_owned() }.into())
    }

    /// The build as the first of the checks, which are all skipped because of it.
    fn unbuilt(&self, verdict: &Verdict, checks: &[&Check]) -> Vec<CheckVerdict> {
        let build = CheckVerdict {
            name: BUILD.to_owned(),
            kind: CheckKind::Build,
            property: "The submission compiles and offers every public item of the exercise.".to_owned(),
            hints: match verdict {
                Verdict::Failed(fault) => self.exercise.hints_for(fault.finding),
                Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => Vec::new(),
            },
            verdict: verdict.clone(),
            points: 0,
            score: 0,
            explored: None,
        };
        let skipped = checks.iter().map(|check| self.skipped(check, BUILD));
        std::iter::once(build).chain(skipped).collect()
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
            grader: identity(compiler),
            sources,
        }
    }
}

fn identity(compiler: &str) -> GraderIdentity {
    let processes = if cfg!(target_os = "linux") { "process group and subreaper" } else { "process group" };
    GraderIdentity {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        compiler: compiler.to_owned(),
        containment: Containment {
            level: "D".to_owned(),
            processes: processes.to_owned(),
            filesystem: "none".to_owned(),
            network: "none".to_owned(),
        },
    }
}

fn scratch() -> Result<TempDir, Verdict> {
    let folder = tempfile::Builder::new().prefix("interleave-").tempdir();
    folder.map_err(|source| no_scratch(source.kind()))
}

fn subfolder(folder: &TempDir, name: &str) -> Result<PathBuf, Verdict> {
    let path = folder.path().join(name);
    std::fs::create_dir(&path).map_err(|source| no_scratch(source.kind()))?;
    Ok(path)
}

/// Without the name of the folder, which differs each time.
fn no_scratch(kind: std::io::ErrorKind) -> Verdict {
    let parent = std::env::temp_dir();
    let help = "help: free some space there, or set `TMPDIR` to another folder";
    Verdict::Ungraded { reason: format!("failed to create a folder in `{}`: {kind}\n{help}", Path::display(&parent)) }
}

/// An error and its causes on one line, the help of all of them on the lines after it.
fn reason(error: &dyn Error) -> String {
    let (mut said, mut help) = (Vec::new(), Vec::new());
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        match text.split_once("\nhelp: ") {
            Some((text, advice)) => {
                said.push(text.to_owned());
                help.push(format!("\nhelp: {advice}"));
            }
            None => said.push(text),
        }
        next = error.source();
    }
    said.join(": ") + &help.concat()
}
