//! Real threads against the model: whatever outcome a small random program has on real threads, under load and with
//! random pauses, is among the outcomes that the model finds.
//!
//! Short by default. For a long run, from the root of the workspace, with its output:
//!
//! ```text
//! DIFFERENTIAL_SEED=7 DIFFERENTIAL_PROGRAMS=100 DIFFERENTIAL_RUNS=2000 \
//!     cargo test --release -p model-std-suite --test integration differential -- --nocapture --test-threads 1
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model_std::model::{Bounds, Settings};
use model_std_suite::{Explorer, plain};

use crate::configured;
use crate::programs::real::Load;
use crate::programs::{Outcome, Program, Random, Size, Step, TIMELESS, Topic, modelled, real};

/// After so many stuck runs, no more are started, because their threads stay behind.
const ENOUGH_STUCK: usize = 5;

/// The result of a long run.
#[derive(Debug, Default)]
struct Tally {
    programs: usize,
    runs: usize,
    /// Programs with too many outcomes to find them all. They are not compared.
    too_large: usize,
    /// Programs that got stuck in some run.
    stuck: usize,
    /// Programs that did something that the model does only with an injected fault, such as a spurious wake-up.
    with_faults: usize,
    /// Executions under the model.
    executions: u64,
    /// Outcomes under the model.
    possible: usize,
    /// How many of them came up on real threads.
    seen: usize,
}

/// Explores all interleavings of a program of this size.
fn unbounded(settings: Settings) -> Explorer {
    Explorer {
        bounds: Bounds {
            preemptions: 40,
            executions: 150_000,
            random: 0,
            ..Bounds::default()
        },
        settings,
    }
}

/// Each outcome of `runs` runs on real threads, with the seed of the first run that had it.
fn observe(program: &Arc<Program>, runs: u64, seed: u64) -> (BTreeMap<Outcome, u64>, usize) {
    let mut seen = BTreeMap::new();
    let (mut n_runs, mut n_stuck) = (0, 0);
    while n_runs < runs && n_stuck < ENOUGH_STUCK {
        // Half of them run without load: threads then switch seldom, but run truly in parallel.
        let load = (n_runs >= runs / 2).then(Load::new);
        for _ in 0..(runs / 2).max(1) {
            let run = seed.wrapping_add(n_runs);
            let outcome = real::run(program, run);
            n_runs += 1;
            n_stuck += usize::from(outcome.left.is_none());
            seen.entry(outcome).or_insert(run);
            if n_stuck >= ENOUGH_STUCK {
                break;
            }
        }
        drop(load);
    }
    (seen, n_runs as usize)
}

impl Tally {
    /// Runs `program` with both libraries. Returns an outcome of real threads that the model does not find as an error.
    fn compare(&mut self, program: &Program, runs: u64, seed: u64) -> Result<(), String> {
        let (possible, coverage) = modelled::outcomes(program, unbounded(plain()));
        self.programs += 1;
        self.executions += coverage.executions;
        if !coverage.complete {
            self.too_large += 1;
            return Ok(());
        }
        let (seen, n_runs) = observe(&Arc::new(program.clone()), runs, seed);
        self.runs += n_runs;
        self.stuck += usize::from(seen.keys().any(|outcome| outcome.left.is_none()));
        let surprises: Vec<&Outcome> = seen.keys().filter(|outcome| !possible.contains(outcome)).collect();
        self.possible += possible.len();
        self.seen += seen.len() - surprises.len();
        if surprises.is_empty() {
            return Ok(());
        }
        let Some(more) = self.with_injected_faults(program) else {
            return Ok(());
        };
        match surprises.iter().find(|outcome| !more.contains(outcome)) {
            Some(outcome) => Err(format!(
                "real threads came to {outcome:?} (seed {}), which is none of {possible:?}\n{program:?}",
                seen[*outcome]
            )),
            None => Ok(()),
        }
    }

    /// The outcomes of `program` with injected faults; `None` if there are too many.
    fn with_injected_faults(&mut self, program: &Program) -> Option<BTreeSet<Outcome>> {
        if !program.has_injected_faults() {
            return Some(BTreeSet::new());
        }
        self.with_faults += 1;
        let settings = Settings {
            spurious_wakeups: 2,
            weak_failures: 2,
            ..plain()
        };
        let (possible, coverage) = modelled::outcomes(program, unbounded(settings));
        self.executions += coverage.executions;
        coverage.complete.then_some(possible)
    }
}

/// Compares random programs on `topics`.
#[track_caller]
fn agree(topics: &[Topic]) {
    let seed = configured("DIFFERENTIAL_SEED", 1);
    let n_programs = configured("DIFFERENTIAL_PROGRAMS", 5);
    let runs = configured("DIFFERENTIAL_RUNS", 80);
    let mut random = Random(seed.wrapping_mul(1_000).wrapping_add(topics[0] as u64));
    let (mut tally, mut faults) = (Tally::default(), Vec::new());
    for _ in 0..n_programs {
        let size = Size {
            threads: 2 + random.below(2) as usize,
            steps: 2 + random.below(2),
            main: random.below(2) == 0,
        };
        let program = random.program_on(topics, size);
        faults.extend(tally.compare(&program, runs, seed).err());
    }
    println!("{topics:?}: {tally:?}");
    assert!(faults.is_empty(), "{} of them:\n{}", faults.len(), faults.join("\n\n"));
    assert!(tally.seen > 0, "{tally:?}");
}

#[test]
fn real_threads_do_nothing_with_atomics_that_the_model_does_not() {
    agree(&[Topic::Atomics]);
}

#[test]
fn real_threads_do_nothing_with_mutexes_that_the_model_does_not() {
    agree(&[Topic::Mutexes]);
}

#[test]
fn real_threads_do_nothing_with_poisoned_mutexes_that_the_model_does_not() {
    agree(&[Topic::Poison]);
}

#[test]
fn real_threads_do_nothing_with_condition_variables_that_the_model_does_not() {
    agree(&[Topic::Condvars]);
}

#[test]
fn real_threads_do_nothing_with_read_write_locks_that_the_model_does_not() {
    agree(&[Topic::RwLocks]);
}

#[test]
fn real_threads_do_nothing_with_channels_that_the_model_does_not() {
    agree(&[Topic::Channels]);
}

#[test]
fn real_threads_do_nothing_with_barriers_that_the_model_does_not() {
    agree(&[Topic::Barriers]);
}

#[test]
fn real_threads_do_nothing_with_park_tokens_that_the_model_does_not() {
    agree(&[Topic::Parking]);
}

#[test]
fn real_threads_do_nothing_with_once_cells_that_the_model_does_not() {
    agree(&[Topic::Once]);
}

#[test]
fn real_threads_do_nothing_with_nested_and_joined_threads_that_the_model_does_not() {
    agree(&[Topic::Threads]);
}

#[test]
fn real_threads_do_nothing_with_all_of_these_at_once_that_the_model_does_not() {
    agree(&TIMELESS);
}

/// A thread that reads again behind a waiting writer is stuck. So is a thread that reads behind a writer that was woken
/// and downgraded.
#[test]
fn reading_twice_may_deadlock_as_on_real_threads() {
    let programs = [
        vec![vec![], vec![Step::Read, Step::Read], vec![Step::Write]],
        vec![
            vec![Step::Read, Step::Read, Step::Release],
            vec![Step::Write, Step::Downgrade, Step::TryRead],
            vec![Step::TryWrite, Step::Downgrade, Step::TryWrite],
        ],
    ];
    for threads in programs {
        let program = Program { threads, channel: None };
        let (possible, coverage) = modelled::outcomes(&program, unbounded(plain()));
        assert!(coverage.complete, "{coverage:?}");
        assert!(possible.iter().any(|outcome| outcome.left.is_none()), "{possible:?}");
        assert_eq!(Tally::default().compare(&program, 100, 1), Ok(()));
    }
}
