//! An exercise and its manifest, `exercise.toml`.
//!
//! Reading a manifest reports all of its problems at once, and an unknown key is a problem. An [`Exercise`] is
//! therefore complete: ten points in total, three hints wherever there are hints, and only valid filters.

mod manifest;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use protocol::{CheckKind, Finding};
use regex::Regex;

/// The sum of the points of all checks of an exercise, so that scores of different exercises can be compared.
pub const POINTS: u32 = 10;

/// How many steps a hint has: a nudge, the concept, the item of `std`.
pub const HINT_STEPS: usize = 3;

/// An exercise, as its manifest describes it.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// Its name, which is also that of its folder, its package and its library.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its title.
    pub title: String,
    /// The part of the course that it belongs to.
    pub part: Part,
    /// Its place in the course. The numbers have gaps, so that exercises fit in between.
    pub order: u32,
    /// One line on what it is about.
    pub summary: String,
    /// The public items that a submission has to define.
    pub items: Vec<Item>,
    /// The checks, in the order in which they are reported.
    pub checks: Vec<Check>,
    /// The libraries besides `std` that a submission may use.
    pub libraries: Vec<Library>,
    /// What a submission needs besides threads, and is therefore allowed.
    pub needs: Vec<Need>,
    /// The hints that depend on how a check failed.
    pub finding_hints: Vec<FindingHint>,
}

/// A part of the course. The parts come in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
pub enum Part {
    /// What a thread is.
    Threads,
    /// Threads that exclude each other.
    Locks,
    /// Threads that tell each other something.
    Signals,
    /// Threads that share work, and results that come later.
    #[serde(rename = "Pools and futures")]
    PoolsAndFutures,
    /// What runs outside of the program.
    #[serde(rename = "Processes and the network")]
    ProcessesAndTheNetwork,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Threads => "Threads",
            Part::Locks => "Locks",
            Part::Signals => "Signals",
            Part::PoolsAndFutures => "Pools and futures",
            Part::ProcessesAndTheNetwork => "Processes and the network",
        })
    }
}

/// A public item that a submission has to define.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its path inside the library: `one_at_a_time`, `Semaphore::acquire`.
    pub name: String,
    /// Its exact signature.
    pub signature: String,
}

/// A library besides `std` that a submission may use, under the names that its crates have in Rust.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// Its name: `crossbeam_channel`.
    pub name: String,
    /// The library that stands in for it in the modelled form, because it blocks: `model_crossbeam_channel`.
    pub shim: Option<String>,
}

/// What a submission needs besides threads, and is therefore allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Starting the programs that every system has.
    Children,
    /// Connecting to servers on the same machine.
    Network,
}

/// A check: what it is worth, what it states and how it is run.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its name, which states the property.
    pub name: String,
    /// The points it is worth.
    pub points: u32,
    /// The property as a sentence.
    pub property: String,
    /// Three steps: a nudge, the concept, the item of `std`.
    pub hints: Vec<String>,
    /// The finding that these hints are about, where they are more specific than the hints for that finding.
    pub hints_about: Option<Finding>,
    /// How it is run.
    pub work: CheckWork,
}

/// How a check is run.
#[derive(Debug, Clone)]
pub enum CheckWork {
    /// By the exercise's check program, over all interleavings of the modelled form up to a bound.
    Model,
    /// By the exercise's check program on the real `std`, side by side with others.
    Service,
    /// By the same check program, while no other check runs.
    Speed,
    /// By running the exercise's program, built on the real form.
    Program(ProgramCheck),
}

/// One run of the exercise's program and what it has to show.
#[derive(Debug, Clone)]
pub struct ProgramCheck {
    /// The program's arguments. In each, [`TEST_SERVER`] is replaced by the line that the exercise's test server
    /// prints.
    pub args: Vec<String>,
    /// The exit code it has to end with.
    pub exit: i32,
    /// Whether the lines of standard output are sorted before they are compared.
    pub sort_lines: bool,
    /// The name of the snapshot that standard output has to match.
    pub snapshot: Option<String>,
    /// Applied to standard output in this order, before it is compared.
    pub filters: Vec<Filter>,
    /// Whether standard error has to be empty.
    pub stderr_empty: bool,
}

/// Replaced by the line that the exercise's test server prints when it is ready.
pub const TEST_SERVER: &str = "{test_server}";

/// Replaces text that may differ between two right outputs.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Each match is replaced.
    pub pattern: Regex,
    /// The replacement, in which `$1` is the first group.
    pub replacement: String,
}

/// Hints for any check that failed with one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingHint {
    /// The finding.
    pub finding: Finding,
    /// Three steps: a nudge, the concept, the item of `std`.
    pub steps: Vec<String>,
}

/// Why the manifest of an exercise cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ExerciseError {
    /// It cannot be read.
    #[error("failed to read the manifest `{path}`", path = path.display())]
    Read {
        /// The manifest.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It has problems, all of which are listed.
    #[error("failed to use the manifest `{path}`:{list}", path = path.display(), list = bullets(problems))]
    Problems {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        problems: Vec<String>,
    },
}

/// The problems, a line each.
pub(crate) fn bullets(problems: &[String]) -> String {
    problems.iter().map(|problem| format!("\n  - {problem}")).collect()
}

impl Exercise {
    /// Reads the exercise in `folder`.
    ///
    /// # Errors
    ///
    /// When the manifest is missing or has problems.
    pub fn read(folder: &Path) -> Result<Exercise, ExerciseError> {
        let path = folder.join("exercise.toml");
        let text = std::fs::read_to_string(&path).map_err(|source| ExerciseError::Read {
            path: path.clone(),
            source,
        })?;
        let exercise = Exercise::parse(folder, &text);
        exercise.map_err(|problems| ExerciseError::Problems { path, problems })
    }

    /// Reads a manifest from its text.
    ///
    /// # Errors
    ///
    /// All problems of the manifest.
    pub fn parse(folder: &Path, text: &str) -> Result<Exercise, Vec<String>> {
        let exercise = manifest::parse(folder, text)?;
        let problems = exercise.problems();
        if problems.is_empty() {
            Ok(exercise)
        } else {
            Err(problems)
        }
    }

    /// Whether any of the checks is of one of these kinds.
    pub fn has_check_of(&self, kinds: &[CheckKind]) -> bool {
        self.checks.iter().any(|check| kinds.contains(&check.kind()))
    }

    /// Whether its program is told where the test server is.
    pub fn talks_to_test_server(&self) -> bool {
        self.checks.iter().any(|check| match &check.work {
            CheckWork::Program(program) => program.args.iter().any(|arg| arg.contains(TEST_SERVER)),
            CheckWork::Model | CheckWork::Service | CheckWork::Speed => false,
        })
    }

    /// The package with the exercise's libraries and the code that its checks share. `None` where the exercise needs
    /// only `std`.
    pub fn support(&self) -> Option<String> {
        (!self.libraries.is_empty()).then(|| format!("{}_support", self.name))
    }

    /// The check of that name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// The hints for a check that failed: first those for the finding, then those of the check. The order is reversed
    /// where the check's hints are about this very finding.
    pub fn hints(&self, check: &Check, finding: Finding) -> Vec<String> {
        let (mut hints, mut others) = (self.hints_for(finding), check.hints.clone());
        if check.hints_about == Some(finding) {
            std::mem::swap(&mut hints, &mut others);
        }
        hints.append(&mut others);
        hints
    }

    /// The hints for a finding, for any check.
    pub fn hints_for(&self, finding: Finding) -> Vec<String> {
        let of_finding = self.finding_hints.iter().filter(|hint| hint.finding == finding);
        of_finding.flat_map(|hint| &hint.steps).cloned().collect()
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.checks.is_empty() {
            problems.push("there is no `[[check]]`".to_owned());
        }
        if self.items.is_empty() {
            problems.push("there is no `[[item]]`".to_owned());
        }
        let points: u32 = self.checks.iter().map(|check| check.points).sum();
        if points != POINTS {
            problems.push(format!(
                "the points of all checks add up to {points}, expected {POINTS}"
            ));
        }
        for check in self.checks.iter().filter(|check| check.points == 0) {
            problems.push(format!("the check `{}` is worth no points", check.name));
        }
        problems.extend(twice(
            "checks of the name",
            self.checks.iter().map(|check| check.name.as_str()),
        ));
        problems.extend(twice(
            "items of the name",
            self.items.iter().map(|item| item.name.as_str()),
        ));
        problems.extend(twice(
            "libraries of the name",
            self.libraries.iter().map(|library| library.name.as_str()),
        ));
        problems.extend(twice(
            "hints for the finding",
            self.finding_hints.iter().map(|hint| hint.finding.as_str()),
        ));
        problems.extend(self.hint_problems());
        problems
    }

    fn hint_problems(&self) -> impl Iterator<Item = String> {
        let checks = self.checks.iter();
        let of_checks = checks.map(|check| (format!("the check `{}`", check.name), check.hints.len()));
        let hints = self.finding_hints.iter();
        let of_findings = hints.map(|hint| (format!("the hint for `{}`", hint.finding), hint.steps.len()));
        let wrong = of_checks
            .chain(of_findings)
            .filter(|(_, n_steps)| *n_steps != HINT_STEPS);
        wrong.map(|(whose, n_steps)| format!("{whose} has {n_steps} steps of a hint, expected {HINT_STEPS}"))
    }
}

/// A problem for each repeated name.
fn twice<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut known = BTreeSet::new();
    let again = names.filter(|name| !known.insert(*name));
    again.map(|name| format!("there are two {what} `{name}`")).collect()
}

impl Check {
    /// How it is run.
    pub fn kind(&self) -> CheckKind {
        match self.work {
            CheckWork::Model => CheckKind::Model,
            CheckWork::Service => CheckKind::Service,
            CheckWork::Speed => CheckKind::Speed,
            CheckWork::Program(_) => CheckKind::Program,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
