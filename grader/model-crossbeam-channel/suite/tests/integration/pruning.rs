//! Leaving out the executions that can show nothing new loses no outcome: random programs over channels of every kind come to
//! the same outcomes with it and without it, at each bound.

use std::collections::BTreeSet;
use std::rc::Rc;

use model_std::model::{Bounds, Pruning, Settings};
use model_std_suite::{Explorer, describe};

use crate::programs::{self, Program, Random};

/// The outcomes of `program`, and how many executions that took.
#[track_caller]
fn outcomes(program: &Rc<Program>, explorer: Explorer) -> (BTreeSet<String>, u64) {
    let theirs = Rc::clone(program);
    let mut outcomes = BTreeSet::new();
    let coverage = explorer.each(
        move || programs::run(&theirs),
        |execution| {
            let value = execution.value.and_then(Result::ok).unwrap_or_default();
            outcomes.insert(format!("{value} {}", describe(&execution.trace.end)));
        },
    );
    assert!(coverage.complete, "{program:?}: {coverage:?}");
    (outcomes, coverage.executions)
}

#[track_caller]
fn agree(seed: u64, n_programs: u64, (n_threads, n_steps): (u64, u64), preemptions: u32, settings: Settings) {
    let mut random = Random(seed);
    let mut executions = (0, 0);
    for _ in 0..n_programs {
        let program = Rc::new(random.program(n_threads, n_steps));
        let explorer = |pruning| {
            let bounds = Bounds {
                preemptions,
                executions: 2_000_000,
                random: 0,
                pruning,
                ..Bounds::default()
            };
            Explorer { bounds, settings }
        };
        let (all, n_all) = outcomes(&program, explorer(Pruning::Off));
        let (pruned, n_pruned) = outcomes(&program, explorer(Pruning::Visited));
        assert_eq!(pruned, all, "{program:?} with at most {preemptions} preemptions");
        executions = (executions.0 + n_all, executions.1 + n_pruned);
    }
    assert!(executions.1 < executions.0, "{executions:?}: nothing was left out");
}

// To leave out too much shows in few programs, since two states must be taken for one and still differ in what can follow: with
// a change of a channel that is not noted in about one of 150. So there are many.

#[test]
fn nothing_is_lost_without_preemptions() {
    agree(1, 600, (3, 3), 0, Settings::default());
    agree(2, 600, (2, 5), 0, Settings::default());
}

#[test]
fn nothing_is_lost_with_preemptions() {
    agree(3, 250, (2, 4), 1, Settings::default());
    agree(4, 80, (2, 3), 2, Settings::default());
}

#[test]
fn nothing_is_lost_where_a_thread_may_be_late() {
    let settings = Settings {
        late_threads: 1,
        ..Settings::default()
    };
    agree(5, 150, (2, 3), 1, settings);
}
