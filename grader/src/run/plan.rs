//! The checks of a submission that is built: their order, and what each may use and reach.

use std::num::NonZero;
use std::path::Path;
use std::sync::OnceLock;

use protocol::{CheckKind, Work};
use sandbox::cancel::Cancel;
use sandbox::process::{Level, Limits, Policy, Profile};

use super::{Answer, CheckRun, Observation, backtrace, observe_check, observe_program};
use crate::build::Build;
use crate::exercise::{Check, CheckWork, Exercise, Need};
use crate::parallel;

/// How many service checks share a core: they wait most of the time, for every thread to be idle.
const SERVICE_CHECKS_PER_CORE: NonZero<usize> = NonZero::new(3).expect("it is not zero");

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

/// What to run, with which limits.
pub struct Plan<'a> {
    /// The exercise, which says what a submission may reach.
    pub exercise: &'a Exercise,
    /// The programs to run.
    pub build: &'a Build,
    /// The submission's files, each with its path and its text.
    pub sources: &'a [(String, String)],
    /// The program that runs beside the exercise's program, if there is one.
    pub test_server: Option<&'a Path>,
    /// The highest sandbox level.
    pub level: Level,
    /// What is run after a check has failed.
    pub after_failure: AfterFailure,
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

impl Plan<'_> {
    /// Runs `checks`, the cheapest kind first; the outcomes come in the order of `checks`.
    ///
    /// `has_failed` says of an observation whether its check failed.
    pub fn run<'c>(
        &self,
        checks: &[&'c Check],
        has_failed: &(dyn Fn(&Check, &Observation) -> bool + Sync),
    ) -> Vec<CheckOutcome<'c>> {
        let kinds = [
            (CheckKind::Model, self.workers),
            (CheckKind::Service, self.workers.saturating_mul(SERVICE_CHECKS_PER_CORE)),
            // It measures processor time, so nothing else runs.
            (CheckKind::Speed, NonZero::<usize>::MIN),
            (CheckKind::Program, self.workers),
        ];
        let mut outcomes: Vec<CheckOutcome<'c>> = Vec::new();
        let mut decisive: Option<String> = None;
        let stopped = OnceLock::new();
        let skipped = |because: &String| Outcome::Skipped {
            because: because.clone(),
        };
        let run = |check: &Check| {
            if let Some(because) = stopped.get() {
                return skipped(because);
            }
            let observation = self.run_one(check);
            if self.after_failure == AfterFailure::SkipAll && has_failed(check, &observation) {
                stopped.get_or_init(|| check.name.clone());
            }
            Outcome::Observed(observation)
        };
        for (kind, workers) in kinds {
            let of_kind = checks.iter().copied().filter(|check| check.kind() == kind);
            let of_kind: Vec<&'c Check> = of_kind.collect();
            let of_kind_outcomes = match &decisive {
                Some(because) => of_kind.iter().map(|_| skipped(because)).collect(),
                None => parallel::map(&of_kind, workers, |check| run(check)),
            };
            for (check, outcome) in of_kind.into_iter().zip(of_kind_outcomes) {
                if let Outcome::Observed(observation) = &outcome
                    && self.after_failure == AfterFailure::SkipLaterKinds
                    && decisive.is_none()
                    && has_failed(check, observation)
                {
                    decisive = Some(check.name.clone());
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
        // A real server may answer modelled threads.
        let profile = match self.exercise.needs.contains(&Need::Network) {
            true => Profile::RunWithLoopback,
            false => Profile::Run,
        };
        let policy = Policy::of(profile, self.level);
        let program = &self.build.model_checks;
        let mut observation = observe_check(program, &check.name, work, policy, self.model_limits, self.cancel);
        if let Observation::Check(CheckRun {
            answer: Answer::Reply(reply),
            ..
        }) = &mut observation
        {
            backtrace::locate(&mut reply.observation, program, self.sources);
        }
        observation
    }

    fn run_one(&self, check: &Check) -> Observation {
        (self.on_progress)(check, Progress::Started);
        let observation = self.observe(check);
        (self.on_progress)(check, Progress::Finished);
        observation
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
                observe_check(program, &check.name, Work::Try, policy, self.real_limits, self.cancel)
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
