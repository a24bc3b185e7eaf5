//! Tests the grader on submissions whose verdicts are known.
//!
//! The solution and its variants pass every check, the stub passes none, and each mistake fails exactly the checks
//! that its header names, with the findings that it names. A header may also name failures that depend on how the
//! threads of the machine happen to run. A submission whose functions do nothing passes no check either. The reports
//! are those that a student would get.
//!
//! [`verify_thoroughly`] repeats that on a loaded machine.

mod cases;
mod header;
mod placeholders;
mod thorough;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::num::NonZero;
use std::path::PathBuf;

use protocol::Finding;
use protocol::verdict::{Overall, Report, Verdict};

use self::cases::Case;
use crate::discover::{DiscoverError, Workspace};
use crate::event::Event;
use crate::exercise::{Exercise, bullets};
use crate::grade::{Batch, Cancelled, Options};
use crate::help::Help;
use crate::judge::BUILD;
use crate::mutate::{Among, Fate, MutateError, Mutation, SURVIVORS, Sample, Selection, mutate};
use crate::parallel;
use crate::share::Share;

pub use self::thorough::{Rounds, Thorough, Wrong, verify_thoroughly};

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
    /// The stub with functions that do nothing and return a default.
    Idle,
    /// A wrong submission.
    Mistake,
    /// The mutants that pass every check because they are right.
    Survivors,
}

impl Role {
    fn is_in_every_share(self) -> bool {
        match self {
            Role::Solution | Role::Stub | Role::Idle => true,
            Role::Variant | Role::Mistake | Role::Survivors => false,
        }
    }
}

/// Says what is wrong with the words of a report on a known submission, each a sentence fragment. The grader itself
/// puts no report into words.
pub type Reader<'a> = &'a (dyn Fn(Role, &Report) -> Vec<String> + Sync);

/// What is expected of a known submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// Every check passes.
    EveryCheckPasses,
    /// It compiles, at least one check fails, and none passes.
    NoCheckPasses,
    /// If it compiles, at least one check fails, and none passes.
    NoCheckPassesIfBuilt,
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
    /// Exercises or the headers of their known submissions have problems, all of which are listed.
    #[error("failed to use the exercises and their known submissions:{list}", list = bullets(problems))]
    Problems {
        /// The problems, exercise by exercise.
        problems: Vec<String>,
    },
    /// There is no room for the submissions that do nothing.
    #[error("failed to write to a temporary folder in `{folder}`", folder = folder.display())]
    Write {
        /// Where temporary folders are made.
        folder: PathBuf,
        /// Why.
        source: io::Error,
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

impl From<Cancelled> for VerifyError {
    fn from(Cancelled: Cancelled) -> Self {
        VerifyError::Cancelled
    }
}

impl Help for VerifyError {
    fn help(&self) -> Option<String> {
        match self {
            VerifyError::Discover { source, .. } => source.help(),
            VerifyError::Survivors { source, .. } => source.help(),
            VerifyError::Read { .. }
            | VerifyError::Problems { .. }
            | VerifyError::Write { .. }
            | VerifyError::Cancelled => None,
        }
    }
}

/// Grades the known submissions of `exercises`, or a share of them, several side by side. Every share has all
/// solutions, stubs and idle submissions; variants, mistakes and lists of survivors are dealt out. The outcomes are in
/// the order of the exercises, and for each: solution, variants, stub, idle submission, mistakes. After all of them
/// come the lists of survivors. What `reader` says about a report is a difference as well.
///
/// # Errors
///
/// When a known submission is not there or its header has problems, and when somebody asked to stop.
pub fn verify(
    workspace: &Workspace,
    exercises: &[Exercise],
    share: Option<Share>,
    options: &Options,
    reader: Reader<'_>,
    events: &(dyn Fn(Event) + Sync),
) -> Result<Vec<VerifyOutcome>, VerifyError> {
    let folder = cases::folder(&options.temporary)?;
    let cases = in_share(share, cases::find_all(workspace, exercises, folder.path())?);
    let batch = Batch::new(workspace, exercises, options, events);
    let outcomes = parallel::map(&cases, parallel::submissions_at_once(options.workers), |case| {
        let report = batch.grade(case.exercise, &case.submission)?;
        let mut outcome = case.outcome(&report);
        outcome.differences.extend(reader(case.role, &report));
        Ok(outcome)
    });
    let mut outcomes = outcomes.into_iter().collect::<Result<Vec<_>, VerifyError>>()?;
    let is_in_share = |index| share.is_none_or(|share| share.has(index));
    for (_, exercise) in exercises.iter().enumerate().filter(|(index, _)| is_in_share(*index)) {
        outcomes.extend(survivors(workspace, exercise, options, events)?);
    }
    Ok(outcomes)
}

fn in_share(share: Option<Share>, cases: Vec<Case<'_>>) -> Vec<Case<'_>> {
    let Some(share) = share else { return cases };
    let (mut kept, mut n_dealt) = (Vec::new(), 0);
    for case in cases {
        if case.role.is_in_every_share() {
            kept.push(case);
        } else {
            if share.has(n_dealt) {
                kept.push(case);
            }
            n_dealt += 1;
        }
    }
    kept
}

/// How many of the listed survivors of an exercise are graded. There are hundreds, and [`mutate`] grades them all.
const LISTED_SAMPLE: NonZero<usize> = NonZero::new(12).expect("it is not zero");

/// What a sample of the listed survivors of an exercise gets, if it has such a list. An entry that fits no mutant is
/// noticed in any case.
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
        sample: Some(Sample {
            size: LISTED_SAMPLE,
            // Another list has another sample.
            seed: std::fs::metadata(&list).map_or(0, |list| list.len()),
        }),
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
        Expectation::NoCheckPassesIfBuilt if got.contains_key(BUILD) => return Vec::new(),
        Expectation::NoCheckPasses | Expectation::NoCheckPassesIfBuilt => {
            let is_built = !got.contains_key(BUILD);
            let fails = report.overall() == Overall::Failed;
            let rules = [(is_built, "it does not compile"), (fails, "no check fails")];
            let broken = rules.iter().filter(|(holds, _)| !holds);
            let passed = report.checks.iter().filter(|check| check.verdict == Verdict::Passed);
            return broken
                .map(|(_, rule)| (*rule).to_owned())
                .chain(passed.map(|check| format!("`{}` passes, and nothing was done", check.name)))
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
