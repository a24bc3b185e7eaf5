//! The checks of a submission that is built: their order, and what each may use and reach.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use protocol::{CheckKind, Work};
use sandbox::cancel::Cancel;
use sandbox::process::{Level, Limits, Policy, Profile};

use super::{Answer, CheckRun, Observation, backtrace, observe_check, observe_program};
use crate::build::Build;
use crate::exercise::{Check, CheckWork, Exercise, Need, ProgramCheck};
use crate::parallel;

/// How many service checks share a core: they wait most of the time, for every thread to be idle.
const SERVICE_CHECKS_PER_CORE: NonZero<usize> = NonZero::new(3).expect("it is not zero");

/// How often a check on real threads is run whose failure may be chance. A failure that comes one time in ten comes in
/// all of these runs one time in a thousand.
const TRIES: usize = 3;

/// What is run after a check has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// Every other check: each is judged by itself.
    RunAll,
    /// The other checks of its kind. Those of later kinds are skipped, so the score is only known to be at least what
    /// was earned.
    SkipLaterKinds,
    /// No check that has not started. Which ones have depends on the machine.
    SkipAll,
}

/// Which runs of the exercise's program are under the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelledPrograms {
    /// All. Where there is none, nothing is run.
    Always,
    /// Those after an interleaving has failed.
    AfterFailure,
}

/// What to run, with which limits.
pub struct Plan<'a> {
    /// The exercise, which says what a submission may reach.
    pub exercise: &'a Exercise,
    /// The programs to run.
    pub build: &'a Build,
    /// The submission's files, each with its path and its text.
    pub sources: &'a [(String, String)],
    /// Builds the exercise's program against the modelled form of the submission; `None` where it cannot be run so.
    pub modelled_program: &'a (dyn Fn() -> Option<PathBuf> + Sync),
    /// The program that runs beside the exercise's program, if there is one.
    pub test_server: Option<&'a Path>,
    /// The highest sandbox level.
    pub level: Level,
    /// What is run after a check has failed.
    pub after_failure: AfterFailure,
    /// Which runs of the exercise's program are under the model.
    pub modelled_programs: ModelledPrograms,
    /// How many checks run side by side.
    pub workers: NonZero<usize>,
    /// What a check program may use that explores interleavings.
    pub model_limits: &'a Limits,
    /// What a check program may use that runs on real threads.
    pub real_limits: &'a Limits,
    /// What the exercise's program may use.
    pub program_limits: &'a Limits,
    /// Stops everything when set.
    pub cancel: &'a Cancel,
    /// Called when a check starts and when it is done.
    pub on_progress: &'a (dyn Fn(&Check, Progress) + Sync),
}

/// What the observations so far mean for what is run next. Whoever judges decides that.
pub struct Rules<'a> {
    /// Whether the check failed.
    pub has_failed: &'a (dyn Fn(&Check, &Observation) -> bool + Sync),
    /// Whether it failed in a way that another run may not.
    pub may_be_chance: &'a (dyn Fn(&Check, &Observation) -> bool + Sync),
    /// Whether a run of the exercise's program under the model says anything about the submission.
    pub is_telling: &'a (dyn Fn(&Observation) -> bool + Sync),
}

/// How far the run of a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It starts.
    Started,
    /// It is done.
    Finished,
}

/// A check and what came of it.
#[derive(Debug)]
pub struct CheckOutcome<'a> {
    /// The check.
    pub check: &'a Check,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was run.
    Observed(Observation),
    /// It was not run, because a check of an earlier kind failed and the grading stops then.
    Skipped {
        /// The name of that check.
        because: String,
    },
}

/// What `observe` comes to when what may be chance is observed again.
fn settled<T>(mut observe: impl FnMut() -> T, is_chance: impl Fn(&T) -> bool) -> T {
    let mut observation = observe();
    for _ in 1..TRIES {
        if !is_chance(&observation) {
            break;
        }
        observation = observe();
    }
    observation
}

impl Plan<'_> {
    /// Runs `checks`, the cheapest kind first; the outcomes come in the order of `checks`.
    ///
    /// Once an interleaving has failed, what runs on real threads may fail or not as its threads happen to run, and the
    /// verdict would be chance. So the exercise's program is run under the model from then on. Where that cannot be,
    /// and in other checks on real threads, it is run again, up to [`TRIES`] times, until it does not fail.
    pub fn run<'c>(&self, checks: &[&'c Check], rules: &Rules<'_>) -> Vec<CheckOutcome<'c>> {
        let kinds = [
            (CheckKind::Model, self.workers),
            (CheckKind::Service, self.workers.saturating_mul(SERVICE_CHECKS_PER_CORE)),
            // It measures processor time, so nothing else runs.
            (CheckKind::Speed, NonZero::<usize>::MIN),
            (CheckKind::Program, self.workers),
        ];
        let mut outcomes: Vec<CheckOutcome<'c>> = Vec::new();
        let mut decisive: Option<String> = None;
        let mut has_failed_interleaving = false;
        let (stopped, modelled_program) = (OnceLock::new(), OnceLock::new());
        let skipped = |because: &String| Outcome::Skipped {
            because: because.clone(),
        };
        for (kind, workers) in kinds {
            let of_kind = checks.iter().copied().filter(|check| check.kind() == kind);
            let of_kind: Vec<&'c Check> = of_kind.collect();
            let is_chance = |check: &Check, observation: &Observation| {
                has_failed_interleaving && (rules.may_be_chance)(check, observation)
            };
            let run = |check: &Check| {
                if let Some(because) = stopped.get() {
                    return skipped(because);
                }
                let is_modelled = has_failed_interleaving || self.modelled_programs == ModelledPrograms::Always;
                (self.on_progress)(check, Progress::Started);
                let modelled = match (&check.work, is_modelled) {
                    (CheckWork::Program(program), true) => {
                        let path = modelled_program.get_or_init(self.modelled_program).as_deref();
                        self.observe_modelled(path, check, program, rules)
                    }
                    _ => None,
                };
                let observation = modelled
                    .unwrap_or_else(|| settled(|| self.observe(check), |observation| is_chance(check, observation)));
                (self.on_progress)(check, Progress::Finished);
                if self.after_failure == AfterFailure::SkipAll && (rules.has_failed)(check, &observation) {
                    stopped.get_or_init(|| check.name.clone());
                }
                Outcome::Observed(observation)
            };
            let of_kind_outcomes = match &decisive {
                Some(because) => of_kind.iter().map(|_| skipped(because)).collect(),
                None => parallel::map(&of_kind, workers, |check| run(check)),
            };
            for (check, outcome) in of_kind.into_iter().zip(of_kind_outcomes) {
                if let Outcome::Observed(observation) = &outcome
                    && (rules.has_failed)(check, observation)
                {
                    has_failed_interleaving |= kind == CheckKind::Model;
                    if self.after_failure == AfterFailure::SkipLaterKinds && decisive.is_none() {
                        decisive = Some(check.name.clone());
                    }
                }
                outcomes.push(CheckOutcome { check, outcome });
            }
        }
        let place = |name: &str| checks.iter().position(|check| check.name == name);
        outcomes.sort_by_key(|outcome| place(&outcome.check.name));
        outcomes
    }

    /// Asks the check program that explores interleavings to do `work` for one check.
    pub fn run_model(&self, check: &Check, work: Work) -> Observation {
        self.observe_model(&self.build.model_checks, check, &[], work)
    }

    /// Asks a program that links the modelled form of the submission to do `work`.
    fn observe_model(&self, program: &Path, check: &Check, args: &[String], work: Work) -> Observation {
        // A real server may answer modelled threads.
        let profile = match self.exercise.needs.contains(&Need::Network) {
            true => Profile::RunWithLoopback,
            false => Profile::Run,
        };
        let policy = Policy::of(profile, self.level);
        let limits = self.model_limits;
        let mut observation = observe_check(program, &check.name, args, work, policy, limits, self.cancel);
        if let Observation::Check(CheckRun {
            answer: Answer::Reply(reply),
            ..
        }) = &mut observation
        {
            backtrace::locate(&mut reply.observation, program, self.sources);
        }
        observation
    }

    /// Runs the exercise's program at `path`, which links the modelled form of the submission. `None` where it has to
    /// be run for real.
    fn observe_modelled(
        &self,
        path: Option<&Path>,
        check: &Check,
        program: &ProgramCheck,
        rules: &Rules<'_>,
    ) -> Option<Observation> {
        let observation = path.map(|path| self.observe_model(path, check, &program.args, Work::RunProgram));
        match self.modelled_programs {
            ModelledPrograms::Always => Some(observation.unwrap_or_else(|| Observation::NotStarted {
                reason: "this program cannot be run under the model".to_owned(),
                help: None,
            })),
            ModelledPrograms::AfterFailure => observation.filter(|observation| (rules.is_telling)(observation)),
        }
    }

    fn observe(&self, check: &Check) -> Observation {
        if self.cancel.is_cancelled() {
            return Observation::NotStarted {
                reason: "it was stopped before it started".to_owned(),
                help: None,
            };
        }
        match &check.work {
            CheckWork::Model => self.run_model(check, Work::Explore),
            CheckWork::Service | CheckWork::Speed => {
                // These checks look at what the kernel shows of the process.
                let policy = self.policy().with_view_of_processes();
                let program = &self.build.real_checks;
                observe_check(
                    program,
                    &check.name,
                    &[],
                    Work::Try,
                    policy,
                    self.real_limits,
                    self.cancel,
                )
            }
            CheckWork::Program(program) => observe_program(
                &self.build.program,
                program,
                self.test_server,
                self.policy(),
                self.program_limits,
                self.cancel,
            ),
        }
    }

    /// What a submission on the real `std` may reach.
    fn policy(&self) -> Policy {
        let needs = |need| self.exercise.needs.contains(&need);
        // The test server listens on this machine.
        let has_network = needs(Need::Network) || self.exercise.talks_to_test_server();
        let profile = match (needs(Need::Children), has_network) {
            (false, false) => Profile::Run,
            (false, true) => Profile::RunWithLoopback,
            (true, false) => Profile::RunWithChildren,
            (true, true) => Profile::RunWithChildrenAndLoopback,
        };
        Policy::of(profile, self.level).with_programs_of_the_system()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_chance_is_observed_again_until_it_does_not_fail() {
        let observed = |outcomes: &[&'static str]| {
            let mut rest = outcomes.iter();
            let mut n = 0;
            let observe = || {
                n += 1;
                *rest.next().expect("no more than three")
            };
            (settled(observe, |outcome| *outcome == "fails"), n)
        };
        assert_eq!(observed(&["passes"]), ("passes", 1));
        assert_eq!(observed(&["times out"]), ("times out", 1));
        assert_eq!(observed(&["fails", "fails", "passes"]), ("passes", 3));
        assert_eq!(observed(&["fails", "fails", "fails"]), ("fails", 3));
    }
}
