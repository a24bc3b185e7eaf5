//! A submission taken in and built, in a folder of its own.

use std::io;
use std::path::{Path, PathBuf};

use protocol::{CheckKind, Finding};

use super::folder::Folder;
use super::{Grading, containment};
use crate::build::{Build, HeadStart, Order, build};
use crate::discover::Source;
use crate::event::Event;
use crate::exercise::Check;
use crate::help::{Help, with_causes};
use crate::intake::{IntakeError, Staged, intake};
use crate::judge::judge_build;
use crate::libraries::{Libraries, LibrariesError};
use crate::lifetimes;
use protocol::verdict::{CheckFailure, Evidence, Verdict};

/// How many bytes of source are looked through for what the compiler does not see: several times the largest solution, and few
/// enough that a source made to be slow to look through costs seconds.
const LOOKED_THROUGH: usize = 128 << 10;

/// A submission that is ready to run, or the verdict that says why not.
pub(super) struct Prepared {
    pub(super) verdict: Verdict,
    staged: Option<Staged>,
    build: Option<Build>,
    /// What runs beside the exercise's program, where it needs something.
    pub(super) test_server: Option<PathBuf>,
    /// Removed with everything in it when the grading is over.
    _folder: Option<Folder>,
}

impl Prepared {
    pub(super) fn broken(verdict: Verdict) -> Prepared {
        Prepared {
            verdict,
            staged: None,
            build: None,
            test_server: None,
            _folder: None,
        }
    }

    pub(super) fn sources(self) -> Vec<(String, String)> {
        self.staged.map_or(Vec::new(), |staged| staged.sources)
    }

    pub(super) fn build(&self) -> &Build {
        self.build.as_ref().expect("a build that passed is there")
    }
}

impl Grading<'_> {
    /// Takes the submission in and builds what `checks` need.
    pub(super) fn prepare(&self, libraries: &Result<Libraries, LibrariesError>, checks: &[&Check]) -> Prepared {
        if let Err(error) = containment::check(self.options.containment, self.exercise) {
            return Prepared::broken(ungraded(&error));
        }
        let libraries = match libraries {
            Ok(libraries) => libraries,
            Err(error) => return Prepared::broken(ungraded(error)),
        };
        let exercise = self.exercise.name.clone();
        (self.events)(Event::BuildStarted {
            exercise: exercise.clone(),
            submission: self.submission.shown.clone(),
        });
        let prepared = self.try_to_prepare(libraries, checks).unwrap_or_else(Prepared::broken);
        (self.events)(Event::BuildFinished {
            exercise,
            submission: self.submission.shown.clone(),
            verdict: prepared.verdict.clone(),
        });
        prepared
    }

    fn try_to_prepare(&self, libraries: &Libraries, checks: &[&Check]) -> Result<Prepared, Verdict> {
        let (folder, staged) = self.take_in()?;
        if let Some(fault) = extended_lifetimes(&staged) {
            return Err(Verdict::Failed(fault));
        }
        let runs = |kinds: &[CheckKind]| checks.iter().any(|check| kinds.contains(&check.kind()));
        let model_checks = self.workspace.model_checks(self.exercise);
        let head_start = model_checks
            .as_ref()
            .and_then(|checks| self.head_start(checks, libraries));
        let order = Order {
            name: &self.exercise.name,
            staged: &staged,
            model_checks,
            real_checks: self
                .workspace
                .real_checks(self.exercise)
                .filter(|_| runs(&[CheckKind::Service, CheckKind::Speed])),
            program: runs(&[CheckKind::Program]).then(|| self.exercise.folder.join("src/main.rs")),
            root: &self.workspace.root,
            folder: folder.path(),
            path: self.options.tools.path.clone(),
            workers: self.options.workers,
            limit: self.options.build_limit,
            containment: self.options.containment.at_best,
            head_start,
        };
        let build = build(&order, libraries, &self.options.cancel);
        let build = build.map_err(|error| ungraded(&error))?;
        let verdict = judge_build(self.exercise, &build);
        Ok(Prepared {
            verdict,
            staged: Some(staged),
            build: Some(build),
            test_server: libraries
                .support
                .as_ref()
                .and_then(|support| support.test_server.clone()),
            _folder: Some(folder),
        })
    }

    /// For those two submissions that are graded again and again.
    fn head_start(&self, checks: &Path, libraries: &Libraries) -> Option<HeadStart> {
        let Source::Folder(source) = &self.submission.source else {
            return None;
        };
        let submission = if *source == self.exercise.folder {
            "student"
        } else if *source == self.workspace.solution_folder(self.exercise) {
            "solution"
        } else {
            return None;
        };
        HeadStart::of(&self.exercise.name, submission, checks, libraries)
    }

    fn take_in(&self) -> Result<(Folder, Staged), Verdict> {
        let temporary = &self.options.temporary;
        let folder = Folder::new_in(temporary).map_err(|source| no_room(temporary, &source))?;
        let source = folder.path().join("source");
        std::fs::create_dir(&source).map_err(|source| no_room(temporary, &source))?;
        let staged = intake(self.submission, &source).map_err(|error| match error {
            IntakeError::Refused(fault) => Verdict::Failed(fault),
            IntakeError::Write { source } => no_room(temporary, &source),
            IntakeError::Read { .. } => ungraded(&error),
        })?;
        Ok((folder, staged))
    }
}

/// What is wrong with a submission that has a way around the refusal of `unsafe`.
fn extended_lifetimes(staged: &Staged) -> Option<CheckFailure> {
    let length: usize = staged.sources.iter().map(|(_, text)| text.len()).sum();
    if length > LOOKED_THROUGH {
        return Some(CheckFailure {
            finding: Finding::ForbiddenCode,
            message: format!(
                "expected a submission that can be looked through, it has {} KiB of source and not at most {}\nhelp: leave out \
                 what does not belong to the exercise; none of the solutions has more than 10 KiB",
                length >> 10,
                LOOKED_THROUGH >> 10
            ),
            evidence: Evidence::None,
        });
    }
    let found = lifetimes::extensions(&staged.sources);
    let first = found.first()?;
    let message = format!(
        "expected a submission that keeps to the rules of the language, the function or bound at `{}:{}` is the known way to make a \
         reference live longer than what it refers to (rust-lang/rust#25860)\nhelp: if it is meant otherwise, give both references \
         the same lifetime, or call the function instead of passing it on",
        first.file, first.line
    );
    Some(CheckFailure {
        finding: Finding::ForbiddenCode,
        message,
        evidence: Evidence::None,
    })
}

/// Without the name of the new folder, which differs each time.
fn no_room(temporary: &Path, source: &io::Error) -> Verdict {
    let (folder, kind) = (temporary.display(), source.kind());
    Verdict::Ungraded {
        reason: format!("failed to write to the temporary folder `{folder}`: {kind}"),
        help: Some("free some space there, or set `TMPDIR` to another folder".to_owned()),
    }
}

/// What kept the grader from its work.
pub(super) fn ungraded(error: &dyn Help) -> Verdict {
    Verdict::Ungraded {
        reason: with_causes(error),
        help: error.help(),
    }
}
