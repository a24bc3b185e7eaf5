//! Leaving out the executions that can show nothing new loses no outcome: random programs over everything that threads can do
//! come to the same outcomes with it and without it, at each bound.
//!
//! Short by default. For longer, from the root of the workspace:
//!
//! ```text
//! PRUNING_SEED=7 PRUNING_TIMES=20 cargo test --release -p model-suite --test pruning
//! ```

#[path = "programs/programs.rs"]
mod programs;

#[path = "programs/modelled.rs"]
mod modelled;

use std::collections::BTreeSet;

use model_std::model::{Bounds, Pruning, Settings};

use outcomes::Explorer;
use programs::{Program, Random, Size, TIMELESS, Topic};

/// The outcomes of `program` within `bounds`, with what it printed, and how many executions that took; nothing if they are too
/// many.
fn outcomes(program: &Program, explorer: Explorer) -> Option<(BTreeSet<String>, u64)> {
    let mut outcomes = BTreeSet::new();
    let coverage = modelled::each(program, explorer, |seen, execution| {
        let segments = execution.trace.stdout.iter();
        let printed: Vec<u8> = segments.flat_map(|segment| segment.bytes.clone()).collect();
        let end = outcomes::describe(&execution.trace.end);
        outcomes.insert(format!("{seen:?} {:?} {printed:?} {end:?}", execution.value));
    });
    coverage.complete.then_some((outcomes, coverage.executions))
}

/// The number that the environment variable `name` holds, or `usual`.
fn configured(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

#[track_caller]
fn agree(seed: u64, n_programs: usize, preemptions: u32, settings: Settings) {
    let mut random = Random(seed.wrapping_add(configured("PRUNING_SEED", 0) << 32));
    let n_programs = n_programs * configured("PRUNING_TIMES", 1) as usize;
    let topics: Vec<Topic> = TIMELESS.into_iter().chain([Topic::Time; 3]).collect();
    let mut executions = (0, 0);
    let mut n_compared = 0;
    while n_compared < n_programs {
        let size = Size {
            threads: 2 + random.below(2) as usize,
            steps: 3,
            main: true,
        };
        let program = if random.below(2) == 0 {
            random.program(&topics, size)
        } else {
            random.program_on(&topics, size)
        };
        let explorer = |pruning| {
            let bounds = Bounds {
                preemptions,
                executions: 100_000,
                random: 0,
                pruning,
                ..Bounds::default()
            };
            Explorer { bounds, settings }
        };
        let Some((all, n_all)) = outcomes(&program, explorer(Pruning::Off)) else {
            continue;
        };
        let (pruned, n_pruned) = outcomes(&program, explorer(Pruning::Visited)).expect("fewer than all");
        assert_eq!(pruned, all, "{program:?} with at most {preemptions} preemptions");
        executions = (executions.0 + n_all, executions.1 + n_pruned);
        n_compared += 1;
    }
    assert!(executions.1 < executions.0, "{executions:?}: nothing was left out");
}

#[test]
fn nothing_is_lost_at_any_bound() {
    agree(1, 150, 0, Settings::default());
    agree(2, 100, 1, Settings::default());
    agree(3, 30, 2, Settings::default());
}

#[test]
fn nothing_is_lost_where_waits_and_weak_exchanges_fail_without_a_reason() {
    let settings = Settings {
        spurious_wakeups: 1,
        weak_failures: 1,
        ..Settings::default()
    };
    agree(4, 60, 1, settings);
    agree(5, 20, 2, settings);
}
