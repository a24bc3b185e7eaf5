//! Classic concurrent programs, each with all that can come of it, and how many preemptions that takes.
//!
//! The programs are ordinary Rust: nothing in them knows that the `std` they are compiled against is under control.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use std::model::trace::End;
use std::model::{Bounds, Coverage, Execution, Pruning, Settings};

mod programs;
mod room;

pub use programs::all;

/// A program, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Demo {
    /// What a reader calls it.
    pub name: &'static str,
    /// The program: what it comes to, in a few words.
    pub program: fn() -> String,
    /// The most preemptions that its executions are explored with.
    pub preemptions: u32,
    /// All that it can come to within that bound, in alphabetical order: what it returns, or how else it ends.
    pub outcomes: &'static [&'static str],
    /// Which of them nobody wants, with the fewest preemptions of an execution that comes to it.
    pub wrong: &'static [(&'static str, u32)],
    /// How many waits may end, and how many weak exchanges may fail, without a reason in one execution.
    pub injected_faults: u32,
}

/// What the executions of a program came to.
#[derive(Debug)]
pub struct Outcomes {
    /// By outcome: the fewest preemptions of an execution that came to it.
    pub preemptions: BTreeMap<String, u32>,
    /// What was explored.
    pub coverage: Coverage,
}

/// More preemptions than any execution has of a program that does not spin.
pub const EVERY: u32 = 1_000;

impl Demo {
    /// Runs the program under every interleaving with at most so many preemptions.
    ///
    /// # Panics
    ///
    /// If an execution is already under way on this operating-system thread.
    pub fn explore(&self, preemptions: u32, pruning: Pruning) -> Outcomes {
        let bounds = Bounds {
            preemptions,
            executions: u64::MAX,
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

    /// What may happen in an execution.
    pub fn settings(&self) -> Settings {
        Settings {
            // No program takes a tenth of that, so what takes more spins.
            steps: 500,
            spurious_wakeups: self.injected_faults,
            weak_failures: self.injected_faults,
            ..Settings::default()
        }
    }

    /// The program, as the explorer takes it.
    pub fn body(&self) -> Rc<dyn Fn() -> String> {
        Rc::new(self.program)
    }
}

/// What an execution came to, in a few words.
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
