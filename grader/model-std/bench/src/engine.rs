//! The engines that are compared. Each runs a body until a number of executions or a failure.

use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model_std::model::trace::End;
use model_std::model::{self, Bounds, Pruning, Settings, SwitchAfterRelease};
use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};

use crate::{over_loom, over_shuttle};

/// What an engine runs again and again.
pub(crate) type Body = Arc<dyn Fn() + Send + Sync>;

/// The most preemptions, for the engines that bound them.
const PREEMPTIONS: u32 = 2;
/// The bug depth of PCT.
const DEPTH: usize = 3;

/// A way to choose interleavings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// `model-std` as the grader uses it: the exhaustive part with pruning, and samples.
    ModelMixed,
    /// The exhaustive part of `model-std`, with pruning.
    Model,
    /// As [`Engine::Model`], without pruning.
    ModelUnpruned,
    /// The samples of `model-std`.
    ModelSamples,
    /// shuttle, depth first.
    ShuttleDfs,
    /// shuttle, at random.
    ShuttleRandom,
    /// shuttle, with PCT.
    ShuttlePct,
    /// loom, with bounded preemptions.
    Loom,
}

impl Engine {
    /// The engine with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "model-mixed" => Self::ModelMixed,
            "model" => Self::Model,
            "model-unpruned" => Self::ModelUnpruned,
            "model-samples" => Self::ModelSamples,
            "shuttle-dfs" => Self::ShuttleDfs,
            "shuttle-random" => Self::ShuttleRandom,
            "shuttle-pct" => Self::ShuttlePct,
            "loom" => Self::Loom,
            _ => return None,
        })
    }

    /// The program with this name, over the library of this engine. It panics if its outcome is wrong.
    pub(crate) fn program(self, name: &str) -> Option<Body> {
        let (bugs, workloads) = match self {
            Self::ModelMixed | Self::Model | Self::ModelUnpruned | Self::ModelSamples => {
                (model_std_demo::bugs(), model_std_demo::workloads())
            }
            Self::ShuttleDfs | Self::ShuttleRandom | Self::ShuttlePct => (
                over_shuttle::portable::bugs(),
                over_shuttle::portable::workloads::PROGRAMS,
            ),
            Self::Loom => (over_loom::portable::bugs(), over_loom::portable::workloads::PROGRAMS),
        };
        if let Some(demo) = bugs.into_iter().find(|demo| demo.name == name) {
            return Some(Arc::new(move || {
                let outcome = (demo.program)();
                assert!(!demo.is_wrong(&outcome), "{outcome}");
            }));
        }
        let (_, body) = workloads.iter().find(|(workload, _)| *workload == name)?;
        Some(Arc::new(*body))
    }

    /// Runs at most `most` executions of `body`, from the first one of this engine on, until one fails.
    ///
    /// # Panics
    ///
    /// If an execution fails and the library of the engine reports failures by panics.
    pub(crate) fn run(self, body: &Body, most: u64, seed: u64) -> Ran {
        let exhaustive = Bounds {
            random: 0,
            ..bounds(most)
        };
        // As the grader uses it, with samples in between.
        let mixed = Bounds { seed, ..bounds(most) };
        let n = usize::try_from(most).expect("a budget fits into an address");
        match self {
            Self::ModelMixed => explore(&mixed, body),
            Self::Model => explore(&exhaustive, body),
            Self::ModelUnpruned => {
                let pruning = Pruning::Off;
                explore(&Bounds { pruning, ..exhaustive }, body)
            }
            Self::ModelSamples => {
                let random = most;
                explore(
                    &Bounds {
                        random,
                        seed,
                        ..bounds(1)
                    },
                    body,
                )
            }
            Self::ShuttleDfs => check(DfsScheduler::new(Some(n), false), body),
            Self::ShuttleRandom => check(RandomScheduler::new_from_seed(seed, n), body),
            Self::ShuttlePct => check(PctScheduler::new_from_seed(seed, DEPTH, n), body),
            Self::Loom => permute(n, body),
        }
    }
}

/// The result of a run that did not end in a panic.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ran {
    pub(crate) executions: u64,
    pub(crate) ended: Ended,
}

/// How a run ended that did not end in a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// An execution failed.
    Failed,
    /// All executions within the bound were run.
    Complete,
    /// The budget was used up, or the engine does not say.
    OutOfBudget,
}

fn bounds(executions: u64) -> Bounds {
    Bounds {
        preemptions: PREEMPTIONS,
        executions,
        depth: DEPTH as u32,
        ..Bounds::default()
    }
}

/// Counts the executions as the explorer does, which leaves out the second run of the first one (it checks for
/// determinism).
fn explore(bounds: &Bounds, body: &Body) -> Ran {
    let body: Rc<dyn Fn()> = Rc::new(counted(body));
    // As in a grading, whose code is instrumented instead.
    let settings = Settings {
        switch_after_release: SwitchAfterRelease::Never,
        ..Settings::default()
    };
    let coverage = model::explore(bounds, &settings, &body, |execution| match execution.trace.end {
        End::Finished => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    });
    let ended = match (&coverage.stopped, coverage.complete) {
        (Some(_), _) => Ended::Failed,
        (None, true) => Ended::Complete,
        (None, false) => Ended::OutOfBudget,
    };
    let found_after = coverage.stopped.map(|stopped| stopped.found_after);
    Ran {
        executions: found_after.unwrap_or(coverage.executions),
        ended,
    }
}

fn check(scheduler: impl Scheduler + 'static, body: &Body) -> Ran {
    let mut config = shuttle::Config::new();
    config.failure_persistence = shuttle::FailurePersistence::None;
    config.silence_warnings = true;
    let executions = shuttle::Runner::new(scheduler, config).run(counted(body)) as u64;
    let ended = Ended::OutOfBudget;
    Ran { executions, ended }
}

fn permute(most: usize, body: &Body) -> Ran {
    let before = begun();
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS as usize);
    // loom checks its limit before an execution, and only at this interval.
    builder.checkpoint_interval = 1;
    builder.max_permutations = Some(most + 1);
    builder.check(counted(body));
    let executions = begun() - before;
    // A bound that did not need the whole budget is complete.
    let ended = if executions < most as u64 {
        Ended::Complete
    } else {
        Ended::OutOfBudget
    };
    Ran { executions, ended }
}

/// The executions that were begun in this process.
static BEGUN: AtomicU64 = AtomicU64::new(0);

/// The executions that were begun by any engine. Relaxed, because all run on one operating-system thread.
pub(crate) fn begun() -> u64 {
    BEGUN.load(Ordering::Relaxed)
}

/// `body`, counting how often it is run.
fn counted(body: &Body) -> impl Fn() + Send + Sync + 'static {
    let body = Arc::clone(body);
    move || {
        BEGUN.fetch_add(1, Ordering::Relaxed);
        body();
    }
}
