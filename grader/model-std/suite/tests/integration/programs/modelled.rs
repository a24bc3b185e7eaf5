//! All outcomes of a program under the model.

#[path = "interpreter.rs"]
pub(crate) mod interpreter;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

pub(crate) use model_std as library;
use model_std::model::trace::End;
use model_std::model::{Coverage, Execution};
use model_std_suite::Explorer;

use crate::programs::{Outcome, Program};

use interpreter::Log;

/// Nothing: the scheduler switches threads by itself.
#[derive(Default)]
pub(crate) struct Hooks;

impl Hooks {
    pub(crate) fn will_start(&self, _n: usize) {}

    pub(crate) fn began(&self, _id: usize) {}

    pub(crate) fn began_nested(&self) {}

    pub(crate) fn before_step(&self) {}
}

/// Runs `program` in one execution. Returns the values that are left.
pub(crate) fn run(program: &Arc<Program>) -> Vec<u64> {
    let log: Log = Arc::new(program.threads.iter().map(|_| Mutex::default()).collect());
    interpreter::run(program, Arc::new(Hooks), log)
}

/// Passes every execution of `program`, and what its threads saw, to `look`.
pub(crate) fn each(
    program: &Program,
    explorer: Explorer,
    mut look: impl FnMut(Vec<Vec<u64>>, Execution<Vec<u64>>),
) -> Coverage {
    let slot: Arc<Mutex<Log>> = Arc::default();
    let (program, logged) = (Arc::new(program.clone()), Arc::clone(&slot));
    let body = move || {
        let log: Log = Arc::new(program.threads.iter().map(|_| Mutex::default()).collect());
        *logged.lock().expect("no holder panics") = Arc::clone(&log);
        interpreter::run(&program, Arc::new(Hooks), log)
    };
    explorer.each(body, |execution| {
        let log = std::mem::take(&mut *slot.lock().expect("no holder panics"));
        let seen = log.iter().map(|seen| seen.lock().expect("no holder panics").clone());
        look(seen.collect(), execution);
    })
}

/// The outcomes of `program`. Each execution must return or get stuck.
#[track_caller]
pub(crate) fn outcomes(program: &Program, explorer: Explorer) -> (BTreeSet<Outcome>, Coverage) {
    let mut outcomes = BTreeSet::new();
    let coverage = each(program, explorer, |seen, execution| {
        let left = match (execution.value, execution.trace.end) {
            (Some(Ok(left)), End::Finished) => Some(left),
            (None, End::Deadlock { .. } | End::LostWakeup { .. }) => None,
            (_, end) => panic!("{end:?} of {program:?}"),
        };
        outcomes.insert(Outcome { seen, left });
    });
    (outcomes, coverage)
}
