//! Grades one mutant: no further than to the first check that notices it.

use std::fs;
use std::io;
use std::num::NonZero;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use protocol::CheckKind;
use protocol::verdict::{Overall, Report, Verdict};
use sandbox::ScratchFolder;
use sandbox::process::Limits;

use super::cache::{Cache, key};
use super::programs::Program;
use super::{Fate, MutateError, NamedMutant};
use crate::discover::{Source, Submission, Workspace};
use crate::event::Event;
use crate::exercise::Exercise;
use crate::fingerprint::fingerprint;
use crate::grade::{AfterFailure, GradeError, Grading, Options, find_libraries, grade_with};
use crate::judge::BUILD;
use crate::libraries::{Libraries, LibrariesError};
use crate::parallel::submissions_at_once;

/// How much processor time a check of interleavings may take: five times what the longest one of a right submission
/// takes. The rest of a grading's limit would be spent on mutants that loop for ever.
const MODEL_CPU: Duration = Duration::from_secs(5);

/// What all mutants of an exercise are graded with.
pub(super) struct MutantGrading<'a> {
    workspace: &'a Workspace,
    exercise: &'a Exercise,
    options: Options,
    libraries: Result<Libraries, LibrariesError>,
    fingerprint: u64,
    cache: Cache,
}

impl<'a> MutantGrading<'a> {
    pub(super) fn start(
        workspace: &'a Workspace,
        exercise: &'a Exercise,
        options: &Options,
        cache: Cache,
        events: &(dyn Fn(Event) + Sync),
    ) -> Result<MutantGrading<'a>, MutateError> {
        let libraries = find_libraries(workspace, exercise, options, events);
        let libraries = match libraries {
            Ok(libraries) => libraries,
            Err(LibrariesError::Cancelled) => return Err(MutateError::Cancelled),
            Err(error) => return Err(MutateError::Libraries(error)),
        };
        Ok(MutantGrading {
            workspace,
            exercise,
            // The mutants are graded side by side, so the checks of each run one after the other.
            options: Options {
                check: None,
                after_failure: AfterFailure::SkipAll,
                further_caches: submissions_at_once(options.workers).get(),
                workers: NonZero::<usize>::MIN,
                model_limits: Limits {
                    cpu: Some(MODEL_CPU),
                    ..options.model_limits.clone()
                },
                ..options.clone()
            },
            fingerprint: fingerprint(workspace, exercise, &libraries)?,
            libraries: Ok(libraries),
            cache,
        })
    }

    /// What becomes of a mutant, or became of it in an earlier run.
    pub(super) fn fate(&self, program: &Program, mutant: &NamedMutant) -> Result<Fate, MutateError> {
        if self.options.cancel.is_cancelled() {
            return Err(MutateError::Cancelled);
        }
        let key = key(self.fingerprint, program.with(mutant));
        if let Some(fate) = self.cache.get(&key) {
            return Ok(fate);
        }
        let fate = self.grade(program, mutant)?;
        // The grader's own failure may not happen again.
        if !matches!(fate, Fate::Ungraded { .. }) {
            self.cache.put(key, &mutant.name, &fate);
        }
        Ok(fate)
    }

    fn grade(&self, program: &Program, mutant: &NamedMutant) -> Result<Fate, MutateError> {
        let temporary = &self.options.temporary;
        let failed = |source| MutateError::Write {
            folder: temporary.clone(),
            source,
        };
        let folder = ScratchFolder::new_in(temporary).map_err(failed)?;
        write(folder.path(), program.with(mutant)).map_err(failed)?;
        let submission = Submission {
            shown: mutant.name.clone().into(),
            source: Source::Folder(folder.path().to_owned()),
        };
        // Most are noticed in the interleavings. Programs on the real `std` are built for the others only, and where
        // the compiler refuses what it would refuse in those as well.
        if self.exercise.has_check_of(&[CheckKind::Model]) {
            let fate = self.grade_kinds(&submission, CheckKind::Build..=CheckKind::Model)?;
            let later = CheckKind::Service..=CheckKind::Program;
            let has_later = self.exercise.checks.iter().any(|check| later.contains(&check.kind()));
            if matches!(fate, Fate::NotBuilt | Fate::Killed { .. }) || !has_later {
                return Ok(fate);
            }
            return Ok(match self.grade_kinds(&submission, later)? {
                Fate::Survives => fate,
                later => later,
            });
        }
        self.grade_kinds(&submission, CheckKind::Build..=CheckKind::Program)
    }

    fn grade_kinds(&self, submission: &Submission, kinds: RangeInclusive<CheckKind>) -> Result<Fate, MutateError> {
        let grading = Grading {
            workspace: self.workspace,
            exercise: self.exercise,
            submission,
            options: &Options {
                kinds,
                ..self.options.clone()
            },
            events: &|_| {},
        };
        match grade_with(&grading, &self.libraries) {
            Ok(report) => Ok(fate(&report)),
            Err(GradeError::Cancelled) => Err(MutateError::Cancelled),
            Err(GradeError::UnknownCheck { .. }) => unreachable!("no check was asked for"),
        }
    }
}

fn write<'a>(folder: &Path, files: impl Iterator<Item = (&'a str, &'a str)>) -> io::Result<()> {
    for (place, text) in files {
        let path = folder.join(place);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

fn fate(report: &Report) -> Fate {
    let failed = report.checks.iter().find_map(|check| match &check.verdict {
        Verdict::Failed(failure) => Some((check.name.clone(), failure.finding)),
        Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => None,
    });
    let ungraded = report.checks.iter().find_map(|check| match &check.verdict {
        Verdict::Ungraded { reason, .. } => Some(format!("`{}`: {reason}", check.name)),
        Verdict::Passed | Verdict::Skipped { .. } | Verdict::Failed(_) => None,
    });
    match (failed, report.overall()) {
        (Some((check, _)), _) if check == BUILD => Fate::NotBuilt,
        (Some((check, finding)), _) => Fate::Killed { check, finding },
        (None, Overall::Passed) => Fate::Survives,
        (None, Overall::Failed | Overall::Ungraded) => Fate::Ungraded {
            reason: ungraded.unwrap_or_else(|| "no check was run".to_owned()),
        },
    }
}
