//! How many executions the explorer needs: until it comes upon a bug, and to the end of a bound. No more than stand here, which
//! are the figures of today, so that a change which makes the search worse is seen.

#[path = "../../../bench/src/programs/buggy.rs"]
mod buggy;
#[path = "../../../bench/src/programs/correct.rs"]
mod correct;

use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::trace::End;
use model_std::model::{Bounds, Coverage, Pruning, Settings, explore};
use model_std::{sync, thread};

/// What is known of a program with a bug.
struct Figures {
    name: &'static str,
    /// The fewest preemptions of an execution that shows the bug.
    preemptions: u32,
    /// The executions until the bug, of the exhaustive part alone.
    exhaustive: u64,
    /// The executions until the bug with samples in between: the sixth of those that ten seeds take, in ascending order.
    mixed: u64,
}

const fn figures(name: &'static str, preemptions: u32, exhaustive: u64, mixed: u64) -> Figures {
    Figures {
        name,
        preemptions,
        exhaustive,
        mixed,
    }
}

const BUGS: [Figures; 10] = [
    figures("lost update", 1, 3, 2),
    figures("lock order", 1, 3, 2),
    figures("lost wake-up", 1, 3, 5),
    figures("if for while", 1, 28, 16),
    figures("permit too many", 2, 1429, 16),
    figures("check then act", 1, 12, 2),
    figures("early flag", 1, 6, 11),
    figures("ABA", 1, 4, 7),
    figures("Peterson, swapped", 2, 16, 31),
    figures("philosophers", 1, 9, 6),
];

/// The executions of the programs without a bug, with at most 2 preemptions.
const ENDS: [(&str, u64); 4] = [
    ("3 × 3 locks", 300),
    ("2 × 4 atomics", 26),
    ("producer-consumer", 37_856),
    ("4 × 8 atomics", 27_744),
];

/// Explores until an execution does not finish.
fn search(programs: &[(&str, fn())], name: &str, bounds: &Bounds) -> Coverage {
    let (_, body) = programs.iter().find(|(other, _)| *other == name).expect("the program");
    let body: Rc<dyn Fn()> = Rc::new(*body);
    explore(bounds, &Settings::default(), &body, |execution| {
        match execution.trace.end {
            End::Finished => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    })
}

#[test]
fn the_exhaustive_part_comes_upon_each_bug_as_early_as_it_did() {
    assert_eq!(buggy::PROGRAMS.len(), BUGS.len());
    for bug in &BUGS {
        let bounds = Bounds {
            random: 0,
            ..Bounds::default()
        };
        let stopped = search(buggy::PROGRAMS, bug.name, &bounds).stopped.expect(bug.name);
        assert_eq!(stopped.preemptions, bug.preemptions, "{}", bug.name);
        assert!(stopped.found_after <= bug.exhaustive, "{}: {stopped:?}", bug.name);
    }
}

#[test]
fn samples_find_each_bug_early_and_the_execution_shown_has_the_fewest_preemptions() {
    for bug in &BUGS {
        let found_after = |seed| {
            let bounds = Bounds {
                seed,
                ..Bounds::default()
            };
            let stopped = search(buggy::PROGRAMS, bug.name, &bounds).stopped.expect(bug.name);
            assert_eq!(stopped.preemptions, bug.preemptions, "{}, seed {seed}", bug.name);
            stopped.found_after
        };
        let mut counts: Vec<u64> = (0..10).map(found_after).collect();
        counts.sort_unstable();
        assert!(counts[5] <= bug.mixed, "{}: {counts:?}", bug.name);
    }
}

#[test]
fn a_bound_takes_no_more_executions_than_it_did() {
    assert_eq!(correct::PROGRAMS.len(), ENDS.len());
    for (name, most) in ENDS {
        let bounds = Bounds {
            executions: 100_000,
            random: 0,
            pruning: Pruning::Visited,
            ..Bounds::default()
        };
        let coverage = search(correct::PROGRAMS, name, &bounds);
        assert!(coverage.complete, "{name}: {coverage:?}");
        assert!(coverage.executions <= most, "{name}: {coverage:?}");
    }
}
