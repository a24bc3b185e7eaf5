//! Classic concurrent programs, each with all its outcomes and the fewest preemptions that a wrong outcome takes.
//!
//! The programs are ordinary Rust: nothing in them knows that the `std` they are compiled against is a modelled one.

#[path = "portable/programs.rs"]
mod portable;
mod programs;

use std::collections::BTreeMap;
use std::model::trace::End;
use std::model::{Bounds, Coverage, Execution, Pruning, Settings, SwitchAfterRelease};
use std::ops::ControlFlow;
use std::rc::Rc;
use std::{sync, thread};

/// The default settings, without switches after releasing operations: the programs share nothing but what is modelled.
pub fn plain() -> Settings {
    Settings {
        switch_after_release: SwitchAfterRelease::Never,
        ..Settings::default()
    }
}

/// A program and its outcomes.
#[derive(Clone, Copy, Debug)]
pub struct Demo {
    /// What a reader calls it.
    pub name: &'static str,
    /// The program. It returns its outcome in a few words.
    pub program: fn() -> String,
    /// The most preemptions that its executions are explored with.
    pub preemptions: u32,
    /// All its outcomes within that bound, in alphabetical order: what it returns, or how else it ends.
    pub outcomes: &'static [&'static str],
    /// The outcomes that are wrong, each with the fewest preemptions of an execution that has it.
    pub wrong: &'static [(&'static str, u32)],
    /// How many faults of each kind may be injected into one execution: waits that end without a notification, weak
    /// exchanges that fail though they could succeed, and loads that return a stale value.
    pub injected_faults: u32,
}

/// The outcomes of all executions of a program.
#[derive(Debug)]
pub struct Outcomes {
    /// By outcome: the fewest preemptions of an execution that had it.
    pub preemptions: BTreeMap<String, u32>,
    /// What was explored.
    pub coverage: Coverage,
}

/// More preemptions than any execution of a program that does not spin has.
pub const EVERY: u32 = 1_000;

/// Every program.
pub fn all() -> Vec<Demo> {
    [portable::FAMILIES.concat(), programs::FAMILIES.concat()].concat()
}

/// The programs whose wrong outcome explorers are measured at finding.
pub fn bugs() -> Vec<Demo> {
    portable::bugs()
}

/// Programs without a wrong outcome, by name, on which the speed of explorers is measured.
pub fn workloads() -> &'static [(&'static str, fn())] {
    portable::workloads::PROGRAMS
}

impl Demo {
    /// Whether this is one of the wrong outcomes.
    pub fn is_wrong(&self, outcome: &str) -> bool {
        self.wrong.iter().any(|(wrong, _)| *wrong == outcome)
    }

    /// Runs the program under every interleaving with at most so many preemptions.
    ///
    /// # Panics
    ///
    /// If an execution is already under way on this operating-system thread.
    pub fn explore(&self, preemptions: u32, pruning: Pruning) -> Outcomes {
        let bounds = Bounds {
            preemptions,
            executions: u64::MAX,
            stale_executions: u64::MAX,
            random: 0,
            pruning,
            ..Bounds::default()
        };
        let mut fewest: BTreeMap<String, u32> = BTreeMap::new();
        let coverage = std::model::explore(&bounds, &self.settings(), &self.body(), |execution| {
            let n = execution.preemptions;
            let known = fewest.entry(outcome(&execution)).or_insert(n);
            *known = n.min(*known);
            ControlFlow::Continue(())
        });
        Outcomes {
            preemptions: fewest,
            coverage,
        }
    }

    /// What an execution may do.
    pub fn settings(&self) -> Settings {
        Settings {
            // No program takes a tenth of that unless it spins. A thread that spins has turns of 400 operations.
            steps: 2_000,
            spurious_wakeups: self.injected_faults,
            weak_failures: self.injected_faults,
            stale_reads: self.injected_faults,
            ..plain()
        }
    }

    /// The program, as the explorer takes it.
    pub fn body(&self) -> Rc<dyn Fn() -> String> {
        Rc::new(self.program)
    }
}

/// The outcome of an execution, in a few words.
pub fn outcome(execution: &Execution<String>) -> String {
    match (&execution.value, &execution.trace.end) {
        (Some(Ok(value)), End::Finished) => value.clone(),
        (_, End::Panicked(panic)) => format!("panic: {}", panic.message),
        (_, End::Deadlock { .. }) => "deadlock".to_owned(),
        (_, End::LostWakeup { .. }) => "lost wake-up".to_owned(),
        (_, End::BusyWait { .. } | End::Livelock { .. }) => "spins for ever".to_owned(),
        (_, end) => format!("{end:?}"),
    }
}
