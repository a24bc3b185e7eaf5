//! Explores each program, and prints a line for each that has other outcomes than it should have.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::{Bounds, Counts, Settings, explore};
use programs::Program;

fn main() {
    let lists = [programs::PROGRAMS, programs::STALE, programs::RACES];
    lists.into_iter().flatten().for_each(explore_all);
}

fn explore_all(program: &Program) {
    let body: Rc<dyn Fn() -> String> = Rc::new(program.run);
    let mut outcomes = BTreeSet::new();
    let coverage = explore(&Bounds::default(), &Settings::default(), &body, |execution| {
        outcomes.insert(match execution.value {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => "panicked".to_owned(),
            None => format!("{:?}", execution.trace.end),
        });
        ControlFlow::Continue(())
    });
    let allowed: BTreeSet<String> = program.outcomes.iter().map(|outcome| (*outcome).to_owned()).collect();
    let matter = coverage.counts == Counts::Chosen;
    if outcomes != allowed || !coverage.complete || matter != program.counts_matter {
        println!("{}: {outcomes:?}, {coverage:?}", program.name);
    }
}
