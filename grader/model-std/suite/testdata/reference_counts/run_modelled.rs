//! Explores each program, and prints a line for each that has other outcomes than it should have.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::{Bounds, Counts, Settings, explore};
use programs::Program;

fn main() {
    let only = std::env::args().nth(1);
    let stale = Settings {
        stale_reads: 2,
        ..Settings::default()
    };
    let lists = [
        (programs::PROGRAMS, Settings::default()),
        (programs::STALE, stale),
        (programs::RACES, Settings::default()),
    ];
    for (programs, settings) in lists {
        for program in programs {
            if only.as_deref().is_none_or(|only| only == program.name) {
                explore_all(program, &settings, only.is_some());
            }
        }
    }
}

fn explore_all(program: &Program, settings: &Settings, is_verbose: bool) {
    let body: Rc<dyn Fn() -> String> = Rc::new(program.run);
    let mut outcomes = BTreeSet::new();
    let coverage = explore(&Bounds::default(), settings, &body, |execution| {
        outcomes.insert(match execution.value {
            Some(Ok(outcome)) => outcome,
            Some(Err(_)) => "panicked".to_owned(),
            None => format!("{:?}", execution.trace.end),
        });
        ControlFlow::Continue(())
    });
    let allowed: BTreeSet<String> = program.outcomes.iter().map(|outcome| (*outcome).to_owned()).collect();
    let matter = coverage.counts == Counts::Chosen;
    if outcomes != allowed || !coverage.complete || matter != program.counts_matter || is_verbose {
        println!("{}: {outcomes:?}, {coverage:?}", program.name);
    }
}
