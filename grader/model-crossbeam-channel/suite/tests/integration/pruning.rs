//! Pruning loses no outcome: random programs over channels of every kind have the same outcomes with pruning and
//! without it, at each bound.

use std::collections::BTreeSet;
use std::rc::Rc;

use model_std::model::{Bounds, Pruning, Settings};
use model_std_suite::{Explorer, describe, plain};

use crate::programs::{self, Program, Random};

/// The outcomes of `program`, and the number of executions.
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

// A channel that forgets to note a change shows in one program of about 150: two states must be taken for one and still
// differ in what can follow. So there are many programs.

#[test]
fn pruning_loses_no_outcome_without_preemptions() {
    agree(1, 600, (3, 3), 0, plain());
    agree(2, 600, (2, 5), 0, plain());
}

#[test]
fn pruning_loses_no_outcome_with_preemptions() {
    agree(3, 250, (2, 4), 1, plain());
    agree(4, 80, (2, 3), 2, plain());
}

#[test]
fn pruning_loses_no_outcome_with_late_threads() {
    let settings = Settings {
        late_threads: 1,
        ..plain()
    };
    agree(5, 150, (2, 3), 1, settings);
}
