//! Pruning loses no outcome: random programs over everything that threads can do have the same outcomes with pruning
//! and without it, at each bound. The same holds for skipping invisible operations, which also adds no outcome.
//!
//! Short by default. For longer, from the root of the workspace:
//!
//! ```text
//! PRUNING_SEED=7 PRUNING_TIMES=20 cargo test --release -p model-std-suite --test integration pruning
//! ```

use std::collections::BTreeSet;

use model_std::model::{Bounds, Pruning, Settings};
use model_std_suite::{Explorer, plain};

use crate::configured;
use crate::programs::Step::{self, *};
use crate::programs::{Program, Random, Room, Size, TIMELESS, Topic, modelled};

/// The outcomes of `program` within the bounds, with what it printed, and the number of executions; `None` if there are
/// too many.
fn outcomes(program: &Program, explorer: Explorer) -> Option<(BTreeSet<String>, u64)> {
    let mut outcomes = BTreeSet::new();
    let coverage = modelled::each(program, explorer, |seen, execution| {
        let segments = execution.trace.stdout.iter();
        let printed: Vec<u8> = segments.flat_map(|segment| segment.bytes.clone()).collect();
        let end = model_std_suite::describe(&execution.trace.end);
        outcomes.insert(format!("{seen:?} {:?} {printed:?} {end:?}", execution.value));
    });
    coverage.complete.then_some((outcomes, coverage.executions))
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
fn pruning_loses_no_outcome_at_any_bound() {
    agree(1, 150, 0, plain());
    agree(2, 100, 1, plain());
    agree(3, 30, 2, plain());
}

#[test]
fn pruning_loses_no_outcome_with_injected_faults() {
    let settings = Settings {
        spurious_wakeups: 1,
        weak_failures: 1,
        ..plain()
    };
    agree(4, 60, 1, settings);
    agree(5, 20, 2, settings);
}

/// The outcomes of `program` with at most so many preemptions.
fn ends(program: &Program, preemptions: u32, settings: Settings) -> Option<BTreeSet<String>> {
    let bounds = Bounds {
        preemptions,
        executions: 30_000,
        random: 0,
        ..Bounds::default()
    };
    Some(outcomes(program, Explorer { bounds, settings })?.0)
}

/// Compares the outcomes of `program` with a choice before every operation and with a choice before visible operations
/// only. Returns whether it could compare them, which takes few enough executions.
#[track_caller]
fn loses_and_invents_nothing(program: &Program, preemptions: u32) -> bool {
    let settings = |every_turn| Settings {
        spurious_wakeups: 1,
        weak_failures: 1,
        every_turn,
        ..plain()
    };
    let usual = ends(program, preemptions, settings(false));
    let (Some(usual), Some(all)) = (usual, ends(program, preemptions, settings(true))) else {
        return false;
    };
    let lost: Vec<_> = all.difference(&usual).collect();
    assert!(
        lost.is_empty(),
        "{program:?} with {preemptions} preemptions: lost {lost:?}"
    );
    // An invisible operation costs no preemption, so an outcome may come up with fewer.
    let more: Vec<_> = usual.difference(&all).collect();
    if !more.is_empty()
        && let Some(all) = ends(program, preemptions + 2, settings(true))
    {
        let invented: Vec<_> = more.iter().filter(|outcome| !all.contains(**outcome)).collect();
        assert!(invented.is_empty(), "{program:?}: invented {invented:?}");
    }
    true
}

/// In each of these programs, an operation that seems to be invisible can be noticed after all.
#[test]
fn skipping_invisible_operations_loses_no_outcome_of_known_hard_cases() {
    let cases: [(Option<Room>, &[&[Step]]); 6] = [
        // A thread that yields lets others run first, even one that has only begun or only waits for a lock.
        (
            None,
            &[
                &[TryWrite, Print, Release],
                &[TryRead, TryRead, Release],
                &[TryWrite, Yield, Downgrade],
            ],
        ),
        (
            None,
            &[
                &[Write, Downgrade, Release],
                &[ParkFor, Write, Yield],
                &[TryWrite, Yield, Print],
            ],
        ),
        // A thread ends after joining another, and somebody asks whether it has ended.
        (
            None,
            &[&[Load(1), IsFinished(1), Join(1)], &[Nest(1), Load(0), Nest(1)]],
        ),
        // A thread wakes spuriously when the first thread has only to note an end.
        (
            Some(None),
            &[
                &[HangUp, Send(1), Add(0, 1)],
                &[Add(0, 1), Unpark(0), Unpark(0)],
                &[Receive, Park, HangUp],
            ],
        ),
        // Whether a writer had to wait decides whether it blocks readers when it downgrades.
        (
            None,
            &[
                &[Write, Downgrade, TryRead],
                &[TryRead, TryWrite, Downgrade],
                &[Read, TryRead, Release],
            ],
        ),
        (
            None,
            &[
                &[Write, Downgrade, TryRead],
                &[Lock(1), TryWrite, Release, Unlock(1)],
                &[Write, Downgrade, TryLock(1), Unlock(1)],
            ],
        ),
    ];
    for (channel, threads) in cases {
        let threads = threads.iter().map(|steps| steps.to_vec()).collect();
        assert!(loses_and_invents_nothing(&Program { threads, channel }, 2));
    }
}

#[test]
fn skipping_invisible_operations_loses_no_outcome_of_random_programs() {
    let mut random = Random(configured("PRUNING_SEED", 5) << 32);
    // Topics with many operations that are invisible, or whose result depends on one.
    let topics = [Topic::Time, Topic::Threads, Topic::Atomics, Topic::Parking];
    let mut n_compared = 0;
    while n_compared < 60 * configured("PRUNING_TIMES", 1) {
        let size = Size {
            threads: 2 + random.below(2) as usize,
            steps: 3,
            main: true,
        };
        let program = random.program_on(&topics, size);
        n_compared += u64::from(loses_and_invents_nothing(&program, 2));
    }
}
