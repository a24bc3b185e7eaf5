//! Tests the checks on mutants: the solution and its variants, each with one small change.
//!
//! A mutant that compiles and passes every check is a *survivor*: either the checks have a hole, or the change makes
//! no difference. A survivor that makes none stands with its reason in `solutions/<exercise>/survivors.toml`. An entry
//! of that list that fits no mutant, or whose mutant does not survive, is stale.
//!
//! What became of a mutant is cached by its content, the checks and the libraries, so a run that was stopped goes on
//! where it was.

mod cache;
mod grading;
mod programs;
mod sample;
mod survivors;

use std::io;
use std::path::PathBuf;

use mutants::{Mutant, SyntaxError};
use protocol::Finding;
use serde::{Deserialize, Serialize};

use self::cache::Cache;
use self::grading::MutantGrading;
use self::programs::Program;
use self::survivors::Survivors;
use crate::discover::Workspace;
use crate::event::Event;
use crate::exercise::{Exercise, bullets};
use crate::fingerprint::Unreadable;
use crate::grade::Options;
use crate::help::Help;
use crate::libraries::LibrariesError;
use crate::parallel;

pub(crate) use self::sample::Random;
pub use self::sample::Sample;
pub use self::survivors::{FILE as SURVIVORS, ListedMutant};

/// Which mutants to grade.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Those that are considered.
    pub among: Among,
    /// Only those whose name contains this.
    pub name: Option<String>,
    /// Only this many of them.
    pub sample: Option<Sample>,
}

/// The mutants that a selection is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Among {
    /// All of them.
    #[default]
    All,
    /// Those that survived when they were last graded, whatever has changed since.
    Survived,
    /// Those that the list of survivors names.
    Listed,
}

/// A mutant of one of the files of an exercise's solution or variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedMutant {
    /// Its name: `solution:41:while_to_if`.
    pub name: String,
    /// The file that is changed, relative to the solution's folder: `src/lib.rs`, `variants/tickets.rs`.
    pub file: String,
    /// The change.
    pub mutant: Mutant,
}

/// A mutant and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedMutant {
    /// The mutant.
    pub mutant: NamedMutant,
    /// What became of it.
    pub fate: Fate,
    /// Why it may survive, where the list of survivors says so.
    pub reason: Option<String>,
}

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is not taken in, or does not compile: no submission.
    NotBuilt,
    /// A check failed.
    Killed {
        /// The first check that failed.
        check: String,
        /// How.
        finding: Finding,
    },
    /// It compiles, and every check passes.
    Survives,
    /// The grader could not do its work.
    Ungraded {
        /// Why.
        reason: String,
    },
}

/// The mutants of an exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutation {
    /// The exercise.
    pub exercise: String,
    /// How many mutants there are. Not all of them may be selected.
    pub n_mutants: usize,
    /// Those that were selected, in the order of their places.
    pub judged: Vec<JudgedMutant>,
    /// The problems of the list of survivors, each a sentence fragment.
    pub stale: Vec<String>,
}

impl Mutation {
    /// The survivors that no reason is given for.
    pub fn unexplained(&self) -> impl Iterator<Item = &JudgedMutant> {
        let judged = self.judged.iter();
        judged.filter(|judged| judged.fate == Fate::Survives && judged.reason.is_none())
    }
}

/// Why the mutants of an exercise could not be graded.
#[derive(Debug, thiserror::Error)]
pub enum MutateError {
    /// A file or folder cannot be read.
    #[error("failed to read `{path}`", path = path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A solution or variant cannot be parsed.
    #[error("failed to make mutants of `{path}`", path = path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SyntaxError,
    },
    /// The list of survivors cannot be used.
    #[error("failed to use `{path}`:{list}", path = path.display(), list = bullets(problems))]
    List {
        /// The list.
        path: PathBuf,
        /// What is wrong with it.
        problems: Vec<String>,
    },
    /// There are no libraries to link.
    #[error("failed to build the libraries")]
    Libraries(#[source] LibrariesError),
    /// A mutant cannot be written to a temporary folder.
    #[error("failed to write a mutant to `{folder}`", folder = folder.display())]
    Write {
        /// Where temporary folders are made.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No mutant has such a name.
    #[error("failed to find a mutant of `{exercise}` with `{name}` in its name")]
    NoneNamed {
        /// The exercise.
        exercise: String,
        /// What was asked for.
        name: String,
    },
    /// Somebody asked to stop.
    #[error("failed to grade mutants: stopped")]
    Cancelled,
}

impl From<Unreadable> for MutateError {
    fn from(Unreadable { path, source }: Unreadable) -> Self {
        MutateError::Read { path, source }
    }
}

impl Help for MutateError {
    fn help(&self) -> Option<String> {
        match self {
            MutateError::Libraries(error) => error.help(),
            MutateError::NoneNamed { exercise, .. } => Some(format!(
                "names are like `solution:41:while_to_if`; \
                 `cargo xtask mutate {exercise} --sample 10 --list` shows some"
            )),
            MutateError::Read { .. }
            | MutateError::Syntax { .. }
            | MutateError::List { .. }
            | MutateError::Write { .. }
            | MutateError::Cancelled => None,
        }
    }
}

/// Grades the selected mutants of an exercise's solution and variants, several side by side.
///
/// # Errors
///
/// When no mutant has the name that is selected, when a source or the list of survivors cannot be used, when there is
/// nothing to build with, and when somebody asked to stop.
pub fn mutate(
    workspace: &Workspace,
    exercise: &Exercise,
    selection: &Selection,
    options: &Options,
    events: &(dyn Fn(Event) + Sync),
) -> Result<Mutation, MutateError> {
    let programs = Program::find_all(&workspace.solution_folder(exercise))?;
    let survivors = Survivors::read(&workspace.solution_folder(exercise))?;
    let mut all = Vec::new();
    for program in &programs {
        all.extend(program.mutants()?.into_iter().map(|mutant| (program, mutant)));
    }
    let n_mutants = all.len();
    if let Some(name) = &selection.name
        && !all.iter().any(|(_, mutant)| mutant.name.contains(name))
    {
        return Err(MutateError::NoneNamed {
            exercise: exercise.name.clone(),
            name: name.clone(),
        });
    }
    let cache = Cache::open(&exercise.name);
    let mut stale = survivors.without_mutant(all.iter().map(|(_, mutant)| mutant));
    all.retain(|(_, mutant)| {
        let is_named = selection.name.as_ref().is_none_or(|name| mutant.name.contains(name));
        let is_among = match selection.among {
            Among::All => true,
            Among::Survived => cache.has_survived(&mutant.name),
            Among::Listed => survivors.entry_for(mutant).is_some(),
        };
        is_named && is_among
    });
    let selected = match selection.sample {
        Some(sample) => sample.of(all),
        None => all,
    };
    let n_selected = selected.len();
    events(Event::MutantsSelected { n_mutants: n_selected });
    let grading = MutantGrading::start(workspace, exercise, options, cache, events)?;
    let fates = parallel::map(
        &selected,
        parallel::submissions_at_once(options.workers),
        |(program, mutant)| {
            let fate = grading.fate(program, mutant)?;
            events(Event::MutantFinished {
                is_unexplained: fate == Fate::Survives && survivors.entry_for(mutant).is_none(),
            });
            Ok::<_, MutateError>(fate)
        },
    );
    let mut judged = Vec::new();
    for ((_, mutant), fate) in selected.into_iter().zip(fates) {
        let fate = fate?;
        let entry = survivors.entry_for(&mutant);
        stale.extend(entry.and_then(|entry| entry.contradiction(&mutant, &fate)));
        let reason = entry.map(|entry| entry.reason.clone());
        judged.push(JudgedMutant { mutant, fate, reason });
    }
    Ok(Mutation {
        exercise: exercise.name.clone(),
        n_mutants,
        judged,
        stale,
    })
}
