//! What each stage of a grading is given: the plain data that the options, the exercise and the earlier stages come to.

use std::io;
use std::path::{Path, PathBuf};

use protocol::CheckKind;
use sandbox::ScratchFolder;

use super::{Grading, Options};
use crate::build::{self, Build, IncrementalCache};
use crate::discover::Source;
use crate::event::Event;
use crate::exercise::{Check, Exercise};
use crate::intake::{IntakeError, Staged, intake};
use crate::judge::{NotBuilt, has_failed, is_telling, may_be_chance};
use crate::libraries::{Libraries, LibrariesError};
use crate::run::{self, CheckOutcome, Progress};
use crate::sandbox_requirement;
use crate::snapshot::Snapshots;

/// A submission that was taken in, and what it is built with.
pub(super) struct TakenIn<'a> {
    libraries: &'a Libraries,
    staged: Staged,
    /// Removed with everything in it when the grading is over.
    folder: ScratchFolder,
}

/// A submission that was compiled, with whatever the compiler said.
pub(super) struct Built<'a> {
    pub(super) build: Build,
    taken_in: TakenIn<'a>,
}

impl Built<'_> {
    pub(super) fn sources(self) -> Vec<(String, String)> {
        self.taken_in.staged.sources
    }

    /// The programs, the submission's files, and the folder that they all are in.
    pub(super) fn into_parts(self) -> (Build, Vec<(String, String)>, ScratchFolder) {
        let TakenIn { staged, folder, .. } = self.taken_in;
        (self.build, staged.sources, folder)
    }
}

impl Grading<'_> {
    pub(super) fn intake<'l>(
        &self,
        libraries: &'l Result<Libraries, LibrariesError>,
    ) -> Result<TakenIn<'l>, NotBuilt<'l>> {
        (self.events)(Event::BuildStarted {
            exercise: self.exercise.name.clone(),
        });
        sandbox_requirement::check(self.options.containment, self.exercise).map_err(NotBuilt::Sandbox)?;
        let libraries = libraries.as_ref().map_err(NotBuilt::Libraries)?;
        let temporary = &self.options.temporary;
        let no_room = |source: io::Error| NotBuilt::TemporaryFolder {
            folder: temporary.clone(),
            source,
        };
        let folder = ScratchFolder::new_in(temporary).map_err(no_room)?;
        let source = folder.path().join("source");
        std::fs::create_dir(&source).map_err(no_room)?;
        let staged = intake(self.submission, &source).map_err(|error| match error {
            IntakeError::Write { source } => no_room(source),
            IntakeError::Refused(_) | IntakeError::Read { .. } => NotBuilt::Intake(error),
        })?;
        Ok(TakenIn {
            libraries,
            staged,
            folder,
        })
    }

    /// Builds what `checks` need.
    pub(super) fn build<'l>(
        &self,
        taken_in: Result<TakenIn<'l>, NotBuilt<'l>>,
        checks: &[&Check],
    ) -> Result<Built<'l>, NotBuilt<'l>> {
        let built = taken_in.and_then(|taken_in| self.compile(taken_in, checks));
        (self.events)(Event::BuildFinished);
        built
    }

    fn compile<'l>(&self, taken_in: TakenIn<'l>, checks: &[&Check]) -> Result<Built<'l>, NotBuilt<'l>> {
        let has_any = |kinds: &[CheckKind]| checks.iter().any(|check| kinds.contains(&check.kind()));
        let model_checks = self.workspace.model_checks(self.exercise);
        let model_checks = model_checks.filter(|_| self.options.kinds.contains(&CheckKind::Model));
        let real_checks = self.workspace.real_checks(self.exercise);
        let cache = model_checks
            .as_ref()
            .and_then(|checks| self.incremental_cache(checks, taken_in.libraries));
        let plan = build::Plan {
            model_checks,
            real_checks: real_checks.filter(|_| has_any(&[CheckKind::Service, CheckKind::Speed])),
            program: has_any(&[CheckKind::Program]).then(|| self.program()),
            cache,
            ..self.empty_build_plan(&taken_in)
        };
        let build = build::build(&plan, taken_in.libraries, &self.options.cancel).map_err(NotBuilt::Compiler)?;
        Ok(Built { build, taken_in })
    }

    /// The source of the exercise's program.
    fn program(&self) -> PathBuf {
        self.exercise.folder.join("src/main.rs")
    }

    /// A plan that builds the submission, and no program that links it.
    fn empty_build_plan<'p>(&'p self, taken_in: &'p TakenIn<'_>) -> build::Plan<'p> {
        build::Plan {
            name: &self.exercise.name,
            staged: &taken_in.staged,
            model_checks: None,
            real_checks: None,
            program: None,
            root: &self.workspace.root,
            folder: taken_in.folder.path(),
            path: self.options.tools.path.clone(),
            workers: self.options.workers,
            limit: self.options.build_limit,
            level: self.options.containment.at_best,
            cache: None,
        }
    }

    /// Builds the exercise's program against the modelled form of the submission. A program that uses what the model
    /// does not have is none.
    fn modelled_program(&self, taken_in: &TakenIn<'_>) -> Option<PathBuf> {
        self.workspace.model_checks(self.exercise)?;
        if !self.exercise.needs.is_empty() || self.exercise.talks_to_test_server() {
            return None;
        }
        let plan = build::Plan {
            program: Some(self.program()),
            ..self.empty_build_plan(taken_in)
        };
        let built = build::modelled_program(&plan, taken_in.libraries, &self.options.cancel);
        let (compiled, path) = built.ok()?;
        compiled.is_success().then_some(path)
    }

    /// The student's submission and the solution are graded again and again, so each has a cache of its own. Others
    /// use those that are free.
    fn incremental_cache(&self, checks: &Path, libraries: &Libraries) -> Option<IncrementalCache> {
        let open = |submission: &str| IncrementalCache::open(&self.exercise.name, submission, checks, libraries);
        match &self.submission.source {
            Source::Folder(source) if *source == self.exercise.folder => open("student"),
            Source::Folder(source) if *source == self.workspace.solution_folder(self.exercise) => open("solution"),
            Source::Folder(_) | Source::File(_) => {
                (0..self.options.further_caches).find_map(|number| open(&format!("further-{number}")))
            }
        }
    }

    /// Runs `checks`; none of them where the build is not complete.
    pub(super) fn run<'c>(
        &self,
        built: &Result<Built<'_>, NotBuilt<'_>>,
        checks: &[&'c Check],
        snapshots: &Snapshots,
    ) -> Vec<CheckOutcome<'c>> {
        match built {
            Ok(built) if built.build.is_complete() => {
                let on_progress = |check: &Check, progress: Progress| (self.events)(self.check_event(check, progress));
                let has_failed = |check: &Check, observation: &_| has_failed(check, observation, snapshots);
                let rules = run::Rules {
                    has_failed: &has_failed,
                    may_be_chance: &|check, observation| may_be_chance(check, observation, snapshots),
                    is_telling: &is_telling,
                };
                let modelled_program = || self.modelled_program(&built.taken_in);
                run::Plan {
                    modelled_program: &modelled_program,
                    ..self.plan(built, &on_progress)
                }
                .run(checks, &rules)
            }
            Ok(_) | Err(_) => Vec::new(),
        }
    }

    pub(super) fn plan<'p>(
        &'p self,
        built: &'p Built<'_>,
        on_progress: &'p (dyn Fn(&Check, Progress) + Sync),
    ) -> run::Plan<'p> {
        let support = built.taken_in.libraries.support.as_ref();
        let sources = &built.taken_in.staged.sources;
        run::Plan {
            test_server: support.and_then(|support| support.test_server.as_deref()),
            on_progress,
            ..plan_without_server(self.exercise, self.options, &built.build, sources)
        }
    }

    fn check_event(&self, check: &Check, progress: Progress) -> Event {
        let check = check.name.clone();
        match progress {
            Progress::Started => Event::CheckStarted {
                exercise: self.exercise.name.clone(),
                check,
            },
            Progress::Finished => Event::CheckFinished { check },
        }
    }
}

/// A plan to run the programs of a build, without a test server.
pub(super) fn plan_without_server<'p>(
    exercise: &'p Exercise,
    options: &'p Options,
    build: &'p Build,
    sources: &'p [(String, String)],
) -> run::Plan<'p> {
    run::Plan {
        exercise,
        build,
        sources,
        modelled_program: &|| None,
        test_server: None,
        level: options.containment.at_best,
        after_failure: options.after_failure,
        modelled_programs: options.modelled_programs,
        workers: options.workers,
        model_limits: &options.model_limits,
        real_limits: &options.real_limits,
        program_limits: &options.program_limits,
        cancel: &options.cancel,
        on_progress: &|_, _| {},
    }
}
