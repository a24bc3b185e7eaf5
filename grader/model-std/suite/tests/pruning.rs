//! Leaving out the executions that can show nothing new loses no outcome: random programs over everything that threads can do
//! come to the same outcomes with it and without it, at each bound. What makes no choice of its own, because no other thread
//! can notice it, loses none either, and invents none.
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
use programs::Step::*;
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

/// The outcomes of `program` with at most so many preemptions.
fn ends(program: &Program, preemptions: u32, settings: Settings) -> Option<BTreeSet<String>> {
    let bounds = Bounds {
        preemptions,
        executions: 30_000,
        random: 0,
        ..Bounds::default()
    };
    let mut outcomes = BTreeSet::new();
    let coverage = modelled::each(program, Explorer { bounds, settings }, |seen, execution| {
        let segments = execution.trace.stdout.iter();
        let printed: Vec<u8> = segments.flat_map(|segment| segment.bytes.clone()).collect();
        let end = outcomes::describe(&execution.trace.end);
        outcomes.insert(format!("{seen:?} {:?} {printed:?} {end}", execution.value));
    });
    coverage.complete.then_some(outcomes)
}

/// Compares what comes of `program` when there is a choice before everything that a thread does with what comes of it otherwise.
/// Returns whether that could be compared, for not too many executions.
#[track_caller]
fn loses_and_invents_nothing(program: &Program, preemptions: u32) -> bool {
    let settings = |every_turn| Settings {
        spurious_wakeups: 1,
        weak_failures: 1,
        every_turn,
        ..Settings::default()
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
    // What is no choice costs no preemption, so an outcome may come up with fewer.
    let more: Vec<_> = usual.difference(&all).collect();
    if !more.is_empty()
        && let Some(all) = ends(program, preemptions + 2, settings(true))
    {
        let invented: Vec<_> = more.iter().filter(|outcome| !all.contains(**outcome)).collect();
        assert!(invented.is_empty(), "{program:?}: invented {invented:?}");
    }
    true
}

/// Each of these is about one thing that somebody notices after all.
#[test]
fn what_goes_unseen_takes_no_choice_from_others() {
    let cases: [(Option<programs::Room>, &[&[programs::Step]]); 6] = [
        // Who yields lets a thread go first that has only begun, or only waits for a lock.
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
        // It ends when it has waited for another one, and somebody asks whether it has.
        (
            None,
            &[&[Load(1), IsFinished(1), Join(1)], &[Nest(1), Load(0), Nest(1)]],
        ),
        // It wakes without a reason while only that the first thread notes an end is still to come.
        (
            Some(None),
            &[
                &[HangUp, Send(1), Add(0, 1)],
                &[Add(0, 1), Unpark(0), Unpark(0)],
                &[Receive, Park, HangUp],
            ],
        ),
        // Whether a writer had to wait, and so holds up readers when it downgrades.
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
fn what_goes_unseen_loses_nothing_in_random_programs() {
    let mut random = Random(configured("PRUNING_SEED", 5) << 32);
    // Where most operations are invisible, or the outcome depends on those that are not.
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
