//! The checks of a submission that is built, each run in a process of its own and judged; or all of them skipped.

use std::num::NonZero;

use driver::protocol::Work;

use super::prepare::{Prepared, reason};
use super::{BUILD, Grading, Options};
use crate::build::Build;
use crate::event::Event;
use crate::exercise::{Check, CheckWork, Need, ProgramCheck};
use crate::judge::{Judgement, judge};
use crate::parallel;
use crate::process::{Profile, Reach};
use crate::run::{Observation, observe_check, observe_program};
use crate::score::score;
use crate::snapshot::{self, SnapshotError};
use crate::verdict::{CheckKind, CheckVerdict, Verdict};

/// How many checks share a core that wait most of the time.
const WAITING: NonZero<usize> = NonZero::new(3).expect("it is not zero");

impl Grading<'_> {
    /// Runs the checks, cheapest kind first, and those of a later kind only where no earlier one has explained already what
    /// is wrong.
    pub(super) fn run(&self, checks: &[&Check], prepared: &Prepared) -> Vec<CheckVerdict> {
        let workers = self.options.workers;
        let one = NonZero::<usize>::MIN;
        let kinds = [
            (CheckKind::Model, workers),
            // They wait more than they compute: for their process to be quiescent.
            (CheckKind::Service, workers.saturating_mul(WAITING)),
            // With the machine to itself.
            (CheckKind::Speed, one),
            (CheckKind::Program, workers),
        ];
        let mut done: Vec<CheckVerdict> = Vec::new();
        for (kind, workers) in kinds {
            let of_kind: Vec<&Check> = checks.iter().copied().filter(|check| check.kind() == kind).collect();
            let failed = done.iter().find(|done| matches!(done.verdict, Verdict::Failed(_)));
            let verdicts = match failed.map(|failed| failed.name.clone()) {
                Some(because) => of_kind.iter().map(|check| self.skipped(check, &because)).collect(),
                None => parallel::map(&of_kind, workers, |check| self.run_one(check, prepared)),
            };
            done.extend(verdicts);
        }
        let place = |name: &str| checks.iter().position(|check| check.name == name);
        done.sort_by_key(|done| place(&done.name));
        done
    }

    fn run_one(&self, check: &Check, prepared: &Prepared) -> CheckVerdict {
        let [exercise, name] = [&self.exercise.name, &check.name].map(Clone::clone);
        let submission = self.submission.shown.clone();
        (self.events)(Event::CheckStarted {
            exercise: exercise.clone(),
            submission: submission.clone(),
            check: name.clone(),
        });
        let judgement = self.observe(check, prepared);
        let verdict = judgement.verdict.clone();
        (self.events)(Event::CheckFinished {
            exercise,
            submission,
            check: name,
            verdict,
        });
        self.verdict(check, judgement)
    }

    fn observe(&self, check: &Check, prepared: &Prepared) -> Judgement {
        let Options {
            cancel,
            real_limits,
            program_limits,
            ..
        } = self.options;
        if cancel.is_cancelled() {
            let reason = "it was stopped before it started".to_owned();
            return judge(check, &Observation::NotStarted { reason }, None);
        }
        let build = prepared.build();
        match &check.work {
            CheckWork::Model => {
                let observation = self.observe_model(build, check, Work::Explore);
                judge(check, &observation, None)
            }
            CheckWork::Service | CheckWork::Speed => {
                // What they have seen is what the kernel tells.
                let reach = self.reach().with_view_of_processes();
                let observation = observe_check(&build.real_checks, &check.name, Work::Try, reach, real_limits, cancel);
                judge(check, &observation, None)
            }
            CheckWork::Program(program) => match self.snapshot(program) {
                Ok(text) => {
                    let companion = prepared.companion.as_deref();
                    let observation =
                        observe_program(&build.program, program, companion, self.reach(), program_limits, cancel);
                    judge(check, &observation, text.as_deref())
                }
                Err(error) => Verdict::Ungraded { reason: reason(&error) }.into(),
            },
        }
    }

    pub(super) fn observe_model(&self, build: &Build, check: &Check, work: Work) -> Observation {
        let reach = Reach::of(Profile::Run, self.options.containment.at_best);
        let (limits, cancel) = (&self.options.model_limits, &self.options.cancel);
        observe_check(&build.model_checks, &check.name, work, reach, limits, cancel)
    }

    /// What the submission may reach outside of the model.
    fn reach(&self) -> Reach {
        let needs = |need| self.exercise.needs.contains(&need);
        // A server that runs beside the program is one of the machine's.
        let has_network = needs(Need::Network) || self.exercise.talks_to_companion();
        let profile = match (needs(Need::Children), has_network) {
            (false, false) => Profile::Run,
            (false, true) => Profile::RunWithLoopback,
            (true, false) => Profile::RunWithChildren,
            (true, true) => Profile::RunWithChildrenAndLoopback,
        };
        Reach::of(profile, self.options.containment.at_best).with_programs_of_the_system()
    }

    fn snapshot(&self, program: &ProgramCheck) -> Result<Option<String>, SnapshotError> {
        let folder = self.workspace.checks_folder(self.exercise).join("snapshots");
        let name = program.snapshot.as_ref();
        name.map(|name| snapshot::read(&folder, name)).transpose()
    }

    pub(super) fn verdict(&self, check: &Check, judgement: Judgement) -> CheckVerdict {
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
        self.verdict(
            check,
            Verdict::Skipped {
                because: because.to_owned(),
            }
            .into(),
        )
    }

    /// The build as the first of the checks, which are all skipped because of it.
    pub(super) fn unbuilt(&self, verdict: &Verdict, checks: &[&Check]) -> Vec<CheckVerdict> {
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
}
