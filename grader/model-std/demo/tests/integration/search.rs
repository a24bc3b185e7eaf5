//! How many executions the explorer needs until it finds a wrong outcome, and to complete a bound. The figures are
//! today's, so that a change that makes the search worse fails a test.

use std::model::trace::End;
use std::model::{Bounds, Coverage, Pruning, explore};
use std::ops::ControlFlow;
use std::rc::Rc;

use model_std_demo::{Demo, bugs, outcome, plain, workloads};

/// The most executions until the wrong outcome of a program is found.
struct Figures {
    name: &'static str,
    /// By the exhaustive part alone.
    exhaustive: u64,
    /// With samples in between: the sixth of the figures for ten seeds, in ascending order.
    mixed: u64,
}

const fn figures(name: &'static str, exhaustive: u64, mixed: u64) -> Figures {
    Figures {
        name,
        exhaustive,
        mixed,
    }
}

const BUGS: [Figures; 10] = [
    figures("lost update", 3, 2),
    figures("check then act", 12, 2),
    figures("double-checked, flag first", 6, 11),
    figures("Treiber's stack, naive", 4, 7),
    figures("Peterson, stores swapped", 24, 47),
    figures("locks in opposite orders", 3, 2),
    figures("3 philosophers", 9, 6),
    figures("sleeping barber, in two steps", 4, 7),
    figures("unbounded buffer, `if`", 28, 16),
    figures("semaphore, a permit too many", 1429, 16),
];

/// The executions of the programs without a wrong outcome, with at most 2 preemptions.
const WORKLOADS: [(&str, u64); 4] = [
    ("3 × 3 locks", 300),
    ("2 × 4 atomics", 26),
    ("producer-consumer", 37_856),
    ("4 × 8 atomics", 27_744),
];

/// The programs with a known wrong outcome, and their figures.
fn figures_by_bug() -> impl Iterator<Item = (Demo, &'static Figures)> {
    let bugs = bugs();
    assert_eq!(bugs.len(), BUGS.len());
    bugs.into_iter()
        .zip(&BUGS)
        .inspect(|(bug, figures)| assert_eq!(bug.name, figures.name))
}

/// Explores until an execution has a wrong outcome. It must be one with the fewest preemptions.
#[track_caller]
fn found_after(bug: &Demo, bounds: &Bounds) -> u64 {
    let coverage = explore(bounds, &plain(), &bug.body(), |execution| {
        if bug.is_wrong(&outcome(&execution)) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let stopped = coverage.stopped.expect(bug.name);
    let fewest = bug.wrong.iter().map(|(_, preemptions)| *preemptions).min();
    assert_eq!(Some(stopped.preemptions), fewest, "{}, seed {}", bug.name, bounds.seed);
    stopped.found_after
}

#[test]
fn the_exhaustive_part_finds_each_bug_as_early_as_it_did() {
    for (bug, figures) in figures_by_bug() {
        let bounds = Bounds {
            random: 0,
            ..Bounds::default()
        };
        let found_after = found_after(&bug, &bounds);
        assert!(found_after <= figures.exhaustive, "{}: {found_after}", bug.name);
    }
}

#[test]
fn samples_find_each_bug_early_and_the_execution_shown_has_the_fewest_preemptions() {
    for (bug, figures) in figures_by_bug() {
        let with_seed = |seed| {
            let bounds = Bounds {
                seed,
                ..Bounds::default()
            };
            found_after(&bug, &bounds)
        };
        let mut counts: Vec<u64> = (0..10).map(with_seed).collect();
        counts.sort_unstable();
        assert!(counts[5] <= figures.mixed, "{}: {counts:?}", bug.name);
    }
}

#[test]
fn a_bound_takes_no_more_executions_than_it_did() {
    assert_eq!(workloads().len(), WORKLOADS.len());
    for ((name, body), (known, most)) in workloads().iter().zip(WORKLOADS) {
        assert_eq!(*name, known);
        let bounds = Bounds {
            executions: 100_000,
            random: 0,
            pruning: Pruning::Visited,
            ..Bounds::default()
        };
        let body: Rc<dyn Fn()> = Rc::new(*body);
        let coverage: Coverage = explore(&bounds, &plain(), &body, |execution| {
            assert_eq!(execution.trace.end, End::Finished, "{name}");
            ControlFlow::Continue(())
        });
        assert!(coverage.complete, "{name}: {coverage:?}");
        assert!(coverage.executions <= most, "{name}: {coverage:?}");
    }
}
