//! Verdicts and reports: the judgement on each check, and everything said about one submission.
//!
//! They are plain data. Only the stage `judge` makes a [`Verdict`], and a pass needs evidence. A class keeps reports as
//! JSON and reads them back.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::trace::{AtomicAccess, Panic};
use crate::{CheckKind, Exploration, Failure, Finding, Replayed};

/// The judgement on one check.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Verdict {
    /// It holds, and there is evidence for that.
    Passed,
    /// It does not hold.
    Failed(CheckFailure),
    /// It was not run: the submission was not built, or the grading stopped after another check had failed.
    Skipped {
        /// The name of that check, or of the build.
        because: String,
    },
    /// The grader could not do its work, so the check has no score.
    Ungraded {
        /// What happened.
        reason: String,
        /// What the reader can do about it, one piece of advice per line.
        help: Option<String>,
    },
}

/// How a check failed.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct CheckFailure {
    /// The finding.
    pub finding: Finding,
    /// What the student reads: what was expected, then what was observed. It is empty for [`Evidence::Interleaving`],
    /// which the report puts into words.
    pub message: String,
    /// What to do next, where that is not the exercise's matter.
    pub help: Option<String>,
    /// What shows it.
    pub evidence: Evidence,
    /// The panic that it goes back to, where the evidence is no interleaving. An interleaving has its own.
    pub panic: Option<Box<Panic>>,
}

impl CheckFailure {
    /// A failure for which the exercise has the advice.
    pub fn new(finding: Finding, message: impl Into<String>, evidence: Evidence) -> Self {
        Self {
            finding,
            message: message.into(),
            help: None,
            evidence,
            panic: None,
        }
    }
}

/// What shows that a check failed.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Evidence {
    /// Nothing beside the message.
    None,
    /// What the compiler printed, with the paths that the student knows.
    Diagnostics(String),
    /// The interleaving that fails.
    Interleaving(Box<Failure>),
    /// What the program printed against what it should have printed.
    Difference {
        /// The text that was expected, after filters.
        expected: String,
        /// The text that came, after filters.
        got: String,
    },
    /// What the program printed.
    Output {
        /// Its standard output, cut to the cap.
        stdout: Vec<u8>,
        /// Its standard error, cut to the cap.
        stderr: Vec<u8>,
    },
}

/// One check of one submission, judged.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct CheckVerdict {
    /// The check's name, which states the property.
    pub name: String,
    /// How it is run.
    pub kind: CheckKind,
    /// The property as a sentence.
    pub property: String,
    /// The judgement.
    pub verdict: Verdict,
    /// The points it is worth.
    pub points: u32,
    /// The points earned: all of them or none. `None` if it is not known whether they are earned.
    pub score: Option<u32>,
    /// What was explored; `None` if the check does not run interleavings.
    pub explored: Option<Exploration>,
    /// Hints for this failure, step by step: a question, the concept, the item of `std`. Empty if the check passed.
    pub hints: Vec<String>,
}

/// The verdict on a whole submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Overall {
    /// Every check passed.
    Passed,
    /// At least one check failed.
    Failed,
    /// Some check neither passed nor failed, and none failed; or there is no check.
    Ungraded,
}

/// The points that a submission earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Score {
    /// Every check is judged, or the submission does not build.
    Exactly(u32),
    /// At least these. Some check failed, and it is not known what the checks would earn that were not judged.
    AtLeast(u32),
    /// The submission is ungraded.
    Unknown,
}

/// Everything said about one submission.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Report {
    /// The exercise's name.
    pub exercise: String,
    /// Its title.
    pub title: String,
    /// The submission, as its reader names it: a path relative to the workspace, or as given on the command line.
    pub submission: PathBuf,
    /// The checks, in the order of the manifest. A build that fails is the first of them, with kind
    /// [`CheckKind::Build`].
    pub checks: Vec<CheckVerdict>,
    /// What graded it.
    pub grader: GraderIdentity,
    /// The submission's files, for tables that show lines of them: the path as in a trace, then the text.
    pub sources: Vec<(String, String)>,
}

/// What graded a submission.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct GraderIdentity {
    /// The grader's version.
    pub version: String,
    /// The compiler: `rustc 1.95.0`.
    pub compiler: String,
    /// How the submission was contained.
    pub containment: Containment,
}

/// How the submission was contained: for each purpose, the name of the mechanism.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Containment {
    /// The level, `A` to `D`.
    pub level: String,
    /// How the process tree is ended: `process group and subreaper`.
    pub processes: String,
    /// What limits access to files: `none`, `landlock`.
    pub filesystem: String,
    /// What limits access to the network: `none`, `seccomp`.
    pub network: String,
    /// The mechanisms that were asked for and that this machine does not offer.
    pub missing: Vec<MissingMechanism>,
}

/// A mechanism of containment that a machine does not offer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MissingMechanism {
    /// Which: `landlock`, `seccomp`, `chroot`, `own user`.
    pub mechanism: String,
    /// Why.
    pub reason: String,
    /// The kernel's error as a number, if there was one.
    pub errno: Option<i32>,
    /// What a submission can do without it.
    pub consequence: String,
    /// How to get it.
    pub help: String,
}

/// One interleaving of one submission, run again.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayReport {
    /// The exercise's name.
    pub exercise: String,
    /// The check's name.
    pub check: String,
    /// The submission, as its reader names it.
    pub submission: PathBuf,
    /// The token.
    pub token: String,
    /// What was observed.
    pub replayed: Box<Replayed>,
    /// The submission's files, as in [`Report::sources`].
    pub sources: Vec<(String, String)>,
}

impl CheckVerdict {
    /// The failure under the model, if this check has one.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.verdict {
            Verdict::Failed(check_failure) => match &check_failure.evidence {
                Evidence::Interleaving(failure) => Some(failure),
                Evidence::None | Evidence::Diagnostics(_) | Evidence::Difference { .. } | Evidence::Output { .. } => {
                    None
                }
            },
            Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => None,
        }
    }

    /// The token of the failing interleaving.
    pub fn token(&self) -> Option<&str> {
        self.failure()?.token.as_deref()
    }
}

impl Report {
    /// The verdict on the whole submission: failed if a check failed, passed if every check passed, and else ungraded.
    /// Without any check, it is ungraded.
    pub fn overall(&self) -> Overall {
        let any = |wanted: fn(&Verdict) -> bool| self.checks.iter().any(|check| wanted(&check.verdict));
        if any(|verdict| matches!(verdict, Verdict::Failed(_))) {
            Overall::Failed
        } else if !self.checks.is_empty() && self.checks.iter().all(|check| check.verdict == Verdict::Passed) {
            Overall::Passed
        } else {
            Overall::Ungraded
        }
    }

    /// The accesses in the submission's own files that asked for an ordering weaker than `SeqCst`, from all checks,
    /// each with whether it is decided: whether every interleaving of some scenario was run, up to the bound, with the
    /// older values that it lets loads return. They are sorted by file, line, function and ordering, and each of these
    /// is there once.
    pub fn weak_orderings(&self) -> Vec<(&AtomicAccess, bool)> {
        let is_own = |access: &&AtomicAccess| self.sources.iter().any(|(path, _)| *path == access.place.file);
        let mut by_source = BTreeMap::new();
        for explored in self.checks.iter().filter_map(|check| check.explored.as_ref()) {
            for access in explored.weak_orderings.iter().filter(is_own) {
                by_source.entry(access.source_key()).or_insert((access, false));
            }
            for access in explored.decided_orderings.iter().filter(is_own) {
                by_source.insert(access.source_key(), (access, true));
            }
        }
        by_source.into_values().collect()
    }

    /// The points earned.
    pub fn score(&self) -> Score {
        let earned = self.checks.iter().filter_map(|check| check.score).sum();
        match self.overall() {
            Overall::Ungraded => Score::Unknown,
            Overall::Passed | Overall::Failed if self.checks.iter().all(|check| check.score.is_some()) => {
                Score::Exactly(earned)
            }
            Overall::Passed | Overall::Failed => Score::AtLeast(earned),
        }
    }

    /// The points that could be earned.
    pub fn max_score(&self) -> u32 {
        self.checks.iter().map(|check| check.points).sum()
    }
}
