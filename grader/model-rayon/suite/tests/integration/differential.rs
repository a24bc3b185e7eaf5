//! What the real library does on real threads, the model does in some interleaving; and leaving out interleavings loses
//! no outcome.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use model_std::model::{Bounds, Pruning};
use model_std_suite::Explorer;

use crate::programs::{Outcome, Program, Random, modelled, real};
use crate::setting;

const THREADS: usize = 2;

/// The outcomes of a program in all interleavings with at most so many preemptions; `None` if there are too many.
fn modelled_outcomes(program: &Program, preemptions: u32, pruning: Pruning) -> Option<BTreeSet<Outcome>> {
    let explorer = Explorer {
        bounds: Bounds {
            preemptions,
            executions: 200_000,
            random: 0,
            pruning,
            ..Bounds::default()
        },
        ..Explorer::default()
    };
    let program = program.clone();
    let mut outcomes = BTreeSet::new();
    let body = move || {
        let pool = model_rayon::ThreadPoolBuilder::new().num_threads(THREADS).build();
        modelled::run(&program, &pool.expect("a pool"), &|| ())
    };
    let coverage = explorer.each(body, |execution| {
        let Some(Ok(outcome)) = execution.value else {
            panic!("no program hangs or panics: {:?}", execution.trace.end);
        };
        outcomes.insert(outcome);
    });
    coverage.complete.then_some(outcomes)
}

/// Runs a program again and again on real threads.
fn real_outcomes(program: &Program, pool: &rayon::ThreadPool, runs: u64, seed: u64) -> BTreeSet<Outcome> {
    let steps = AtomicU64::new(seed);
    // Threads that lose time at different places meet in different ways.
    let pause = || {
        let mut random = Random(steps.fetch_add(0x9E37_79B9_7F4A_7C15, Relaxed));
        random.below(2);
        for _ in 0..random.below(4).pow(4) {
            std::hint::spin_loop();
        }
        if random.below(4) == 0 {
            std::thread::yield_now();
        }
    };
    (0..runs).map(|_| real::run(program, pool, &pause)).collect()
}

#[test]
fn the_real_library_has_no_outcome_that_the_model_lacks() {
    let (programs, runs, seed) = (setting("PROGRAMS", 60), setting("RUNS", 200), setting("SEED", 1));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build();
    let pool = pool.expect("a pool");
    let (mut explored, mut observed, mut possible) = (0, 0, 0);
    for number in 0..programs {
        let program = Random(seed * programs + number).program(4);
        let Some(modelled) = modelled_outcomes(&program, 8, Pruning::Visited) else {
            continue;
        };
        explored += 1;
        let real = real_outcomes(&program, &pool, runs, number);
        observed += real.len();
        possible += modelled.len();
        let outside: Vec<&Outcome> = real.difference(&modelled).collect();
        assert!(
            outside.is_empty(),
            "{program:?} gave {outside:?}, expected one of {modelled:?}"
        );
    }
    assert!(
        explored * 10 >= programs * 9,
        "only {explored} of {programs} programs were explored in full"
    );
    // Otherwise the real threads never meet, and nothing is compared. How often they do depends on the machine and its
    // load, so nothing more is asked for than that they meet at all.
    assert!(observed as u64 > explored, "{observed} of {possible} outcomes came up");
}

#[test]
fn leaving_out_interleavings_loses_no_outcome() {
    let (programs, seed) = (setting("PROGRAMS", 60), setting("SEED", 1));
    for number in 0..programs {
        let program = Random(seed * programs + number).program(3);
        for preemptions in 0..3 {
            let [all, visited] =
                [Pruning::Off, Pruning::Visited].map(|pruning| modelled_outcomes(&program, preemptions, pruning));
            if let (Some(all), Some(visited)) = (all, visited) {
                assert_eq!(all, visited, "{program:?} with {preemptions} preemptions");
            }
        }
    }
}
