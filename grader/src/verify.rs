//! Tests the grader on submissions whose verdicts are known.
//!
//! The solution and its variants pass every check, the stub passes none, and each mistake fails exactly the checks that
//! its header names, with the findings that it names. A header may also name failures that depend on how the threads of
//! the machine happen to run. The reports are those that a student would get.

mod header;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use protocol::Finding;
use protocol::verdict::{Overall, Report, Verdict};

use crate::discover::{DiscoverError, Submission, Workspace};
use crate::event::Event;
use crate::exercise::{Exercise, bullets};
use crate::grade::{AfterFailure, GradeError, Grading, Options, find_libraries, grade_with};
use crate::help::Help;
use crate::judge::BUILD;
use crate::mutate::{Among, Fate, MutateError, Mutation, SURVIVORS, Selection, mutate};
use crate::parallel;

/// What was expected of one known submission and what it got.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifyOutcome {
    /// The exercise.
    pub exercise: String,
    /// The submission, as reports show it.
    pub submission: PathBuf,
    /// Which kind of known submission it is.
    pub role: Role,
    /// What was expected.
    pub expected: Expectation,
    /// The checks that failed, with their findings.
    pub got: BTreeMap<String, Finding>,
    /// The differences from what was expected, each a sentence fragment.
    pub differences: Vec<String>,
    /// The overall verdict. The report itself is not kept: there are hundreds, and starting a process takes longer the
    /// more memory the grader has.
    pub overall: Overall,
}

/// The kind of a known submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The reference solution.
    Solution,
    /// A right submission that works differently.
    Variant,
    /// The exercise as handed out.
    Stub,
    /// A wrong submission.
    Mistake,
    /// The mutants that pass every check because they are right.
    Survivors,
}

/// What is expected of a known submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// Every check passes.
    EveryCheckPasses,
    /// It compiles, at least one check fails, and none passes.
    NoCheckPasses,
    /// The checks that a header names fail, and no others.
    Fails(ExpectedFailures),
}

/// The failures of a mistake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpectedFailures {
    /// The checks that fail in every grading, and with which finding.
    pub always: BTreeMap<String, Finding>,
    /// Failures of checks on real threads that depend on how the threads happen to run.
    pub perhaps: BTreeSet<(String, Finding)>,
}

/// Why the known submissions could not be graded.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A known submission is not there.
    #[error("failed to find the known submissions of `{exercise}`")]
    Discover {
        /// The exercise.
        exercise: String,
        /// Why.
        source: DiscoverError,
    },
    /// A file or folder cannot be read.
    #[error("failed to read `{path}`", path = path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Headers of mistakes or variants have problems, all of which are listed.
    #[error("failed to use the headers of known submissions:{list}", list = bullets(problems))]
    Headers {
        /// The problems, file by file.
        problems: Vec<String>,
    },
    /// The listed survivors cannot be graded.
    #[error("failed to verify the survivors of `{exercise}`")]
    Survivors {
        /// The exercise.
        exercise: String,
        /// Why.
        source: MutateError,
    },
    /// Somebody asked to stop.
    #[error("failed to verify: stopped")]
    Cancelled,
}

impl Help for VerifyError {
    fn help(&self) -> Option<String> {
        match self {
            VerifyError::Discover { source, .. } => source.help(),
            VerifyError::Survivors { source, .. } => source.help(),
            VerifyError::Read { .. } | VerifyError::Headers { .. } | VerifyError::Cancelled => None,
        }
    }
}

/// Grades every known submission of `exercises`, several side by side. The outcomes are in the order of the exercises,
/// and for each: solution, variants, stub, mistakes. After all of them come the lists of survivors.
///
/// # Errors
///
/// When a known submission is not there or its header has problems, and when somebody asked to stop.
pub fn verify(
    workspace: &Workspace,
    exercises: &[Exercise],
    options: &Options,
    events: &(dyn Fn(Event) + Sync),
) -> Result<Vec<VerifyOutcome>, VerifyError> {
    let cases = find_all_cases(workspace, exercises)?;
    // The submissions run side by side, so the checks of each run one after the other.
    let each = Options {
        check: None,
        after_failure: AfterFailure::RunAll,
        workers: NonZero::<usize>::MIN,
        ..options.clone()
    };
    // Once for each exercise and not for each submission.
    let libraries: BTreeMap<&str, _> = exercises
        .iter()
        .map(|exercise| {
            (
                exercise.name.as_str(),
                find_libraries(workspace, exercise, options, events),
            )
        })
        .collect();
    // Two for each core, because mistakes that hang use no processor time.
    let workers = options
        .workers
        .saturating_mul(const { NonZero::new(2).expect("it is not zero") });
    let outcomes = parallel::map(&cases, workers, |case| {
        let Case {
            exercise, submission, ..
        } = case;
        let grading = Grading {
            workspace,
            exercise,
            submission,
            options: &each,
            events,
        };
        let report = grade_with(&grading, &libraries[exercise.name.as_str()])?;
        Ok(case.outcome(&report))
    });
    let outcomes = outcomes.into_iter().collect::<Result<Vec<_>, GradeError>>();
    let mut outcomes = outcomes.map_err(|error| match error {
        GradeError::Cancelled => VerifyError::Cancelled,
        GradeError::UnknownCheck { .. } => unreachable!("no check was asked for"),
    })?;
    for exercise in exercises {
        outcomes.extend(survivors(workspace, exercise, options, events)?);
    }
    Ok(outcomes)
}

/// What the listed survivors of an exercise get, if it has such a list.
fn survivors(
    workspace: &Workspace,
    exercise: &Exercise,
    options: &Options,
    events: &(dyn Fn(Event) + Sync),
) -> Result<Option<VerifyOutcome>, VerifyError> {
    let list = workspace.solution_folder(exercise).join(SURVIVORS);
    if !list.exists() {
        return Ok(None);
    }
    let selection = Selection {
        among: Among::Listed,
        ..Selection::default()
    };
    match mutate(workspace, exercise, &selection, options, events) {
        Ok(mutation) => Ok(Some(survivors_outcome(workspace.shown(&list), mutation))),
        Err(MutateError::Cancelled) => Err(VerifyError::Cancelled),
        Err(source) => Err(VerifyError::Survivors {
            exercise: exercise.name.clone(),
            source,
        }),
    }
}

fn survivors_outcome(list: PathBuf, mutation: Mutation) -> VerifyOutcome {
    let mut differences = mutation.stale;
    let mut overall = if differences.is_empty() {
        Overall::Passed
    } else {
        Overall::Failed
    };
    for judged in &mutation.judged {
        if let Fate::Ungraded { reason } = &judged.fate {
            differences.push(format!("`{}` is ungraded: {reason}", judged.mutant.name));
            overall = Overall::Ungraded;
        }
    }
    VerifyOutcome {
        exercise: mutation.exercise,
        submission: list,
        role: Role::Survivors,
        expected: Expectation::EveryCheckPasses,
        got: BTreeMap::new(),
        differences,
        overall,
    }
}

/// A known submission and what is expected of it.
struct Case<'a> {
    exercise: &'a Exercise,
    submission: Submission,
    role: Role,
    expected: Expectation,
}

/// The known submissions of all exercises, or the problems of all their headers.
fn find_all_cases<'a>(workspace: &Workspace, exercises: &'a [Exercise]) -> Result<Vec<Case<'a>>, VerifyError> {
    let (mut cases, mut problems) = (Vec::new(), Vec::new());
    for exercise in exercises {
        cases.extend(find_cases(workspace, exercise, &mut problems)?);
    }
    if problems.is_empty() {
        Ok(cases)
    } else {
        Err(VerifyError::Headers { problems })
    }
}

fn find_cases<'a>(
    workspace: &Workspace,
    exercise: &'a Exercise,
    problems: &mut Vec<String>,
) -> Result<Vec<Case<'a>>, VerifyError> {
    let lost = |source| VerifyError::Discover {
        exercise: exercise.name.clone(),
        source,
    };
    let case = |submission, role, expected| Case {
        exercise,
        submission,
        role,
        expected,
    };
    let folder = workspace.solution_folder(exercise);
    let solution = Submission::solution(workspace, exercise).map_err(lost)?;
    let mut cases = vec![case(solution, Role::Solution, Expectation::EveryCheckPasses)];
    for path in rust_files(&folder.join("variants"))? {
        let text = read(&path)?;
        note(header::variant(&text), workspace, &path, problems);
        let submission = Submission::at(&path, exercise).map_err(lost)?;
        cases.push(case(submission, Role::Variant, Expectation::EveryCheckPasses));
    }
    let stub = Submission::student(workspace, exercise).map_err(lost)?;
    cases.push(case(stub, Role::Stub, Expectation::NoCheckPasses));
    for path in rust_files(&folder.join("mistakes"))? {
        let text = read(&path)?;
        if let Some(fails) = note(header::mistake(&text, exercise), workspace, &path, problems) {
            let submission = Submission::at(&path, exercise).map_err(lost)?;
            cases.push(case(submission, Role::Mistake, Expectation::Fails(fails)));
        }
    }
    Ok(cases)
}

fn note<T>(read: Result<T, Vec<String>>, workspace: &Workspace, path: &Path, problems: &mut Vec<String>) -> Option<T> {
    let shown = workspace.shown(path);
    read.map_err(|found| problems.extend(found.iter().map(|problem| format!("`{}`: {problem}", shown.display()))))
        .ok()
}

fn read(path: &Path) -> Result<String, VerifyError> {
    std::fs::read_to_string(path).map_err(|source| VerifyError::Read {
        path: path.to_owned(),
        source,
    })
}

/// The `.rs` files in a folder, sorted; none where there is no such folder.
fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, VerifyError> {
    let failed = |source| VerifyError::Read {
        path: folder.to_owned(),
        source,
    };
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>();
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let mut paths: Vec<PathBuf> = paths.map_err(failed)?.into_iter().filter(is_rust).collect();
    paths.sort();
    Ok(paths)
}

impl Case<'_> {
    fn outcome(&self, report: &Report) -> VerifyOutcome {
        let failed = report.checks.iter().filter_map(|check| match &check.verdict {
            Verdict::Failed(check_failure) => Some((check.name.clone(), check_failure.finding)),
            Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => None,
        });
        let got = failed.collect();
        let mut differences = differences(&self.expected, &got, report);
        differences.extend(report.checks.iter().filter_map(|check| match &check.verdict {
            Verdict::Ungraded { reason, help } => {
                let help = help.iter().flat_map(|help| help.lines());
                let help: String = help.map(|advice| format!("; {advice}")).collect();
                Some(format!("`{}` is ungraded: {reason}{help}", check.name))
            }
            Verdict::Passed | Verdict::Skipped { .. } | Verdict::Failed(_) => None,
        }));
        VerifyOutcome {
            exercise: self.exercise.name.clone(),
            submission: self.submission.shown.clone(),
            role: self.role,
            expected: self.expected.clone(),
            got,
            differences,
            overall: report.overall(),
        }
    }
}

fn differences(expected: &Expectation, got: &BTreeMap<String, Finding>, report: &Report) -> Vec<String> {
    let none = ExpectedFailures::default();
    let expected = match expected {
        Expectation::Fails(fails) => fails,
        Expectation::EveryCheckPasses => &none,
        Expectation::NoCheckPasses => {
            let is_built = !got.contains_key(BUILD);
            let fails = report.overall() == Overall::Failed;
            let rules = [(is_built, "it does not compile"), (fails, "no check fails")];
            let broken = rules.iter().filter(|(holds, _)| !holds);
            let passed = report.checks.iter().filter(|check| check.verdict == Verdict::Passed);
            return broken
                .map(|(_, rule)| (*rule).to_owned())
                .chain(passed.map(|check| format!("`{}` passes, before anything is written", check.name)))
                .collect();
        }
    };
    let ExpectedFailures { always, perhaps } = expected;
    let missing = always.iter().filter_map(|(check, wanted)| match got.get(check) {
        Some(finding) if finding == wanted => None,
        Some(finding) => Some(format!("`{check}` fails with `{finding}`, expected `{wanted}`")),
        None => Some(format!("`{check}` does not fail, expected `{wanted}`")),
    });
    let is_possible = |check: &str, finding| perhaps.iter().any(|possible| *possible == (check.to_owned(), finding));
    let surplus = got
        .iter()
        .filter(|(check, finding)| !always.contains_key(*check) && !is_possible(check, **finding));
    missing
        .chain(surplus.map(|(check, finding)| format!("`{check}` fails with `{finding}`, expected no failure")))
        .collect()
}

#[cfg(test)]
mod tests;
