//! From which step on a failure is certain: from then on, whatever is scheduled within the bound, the execution fails.
//!
//! The search goes back from the end of the failing execution, choice by choice, and runs every continuation with
//! another option there. At the last choice with a continuation that passes, the failure was decided.

use std::any::Any;
use std::rc::Rc;

use super::running::{Run, Value, erased, run, typed};
use super::schedule;
use super::statics::Alone;
use super::{Execution, Schedule, Settings};
use crate::runtime::recorder::Recorder;
use crate::runtime::scheduler::{Choice, Fewest, OptionalChoices, Prefix, Scheduler, Strategy, n_preemptions};

/// The most executions that are run to find the step.
const MAX_EXECUTIONS: u64 = 2_000;

/// The most operations of these executions together. They take some hundredths of a second.
const MAX_STEPS: u64 = 400_000;

/// From which step on a failure is certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certainty {
    /// How many operations the failing execution had performed when its failure was certain: the last of them decided
    /// it. 0 if every execution within the bound fails.
    pub steps: usize,
    /// An execution that passes and is the same until then, but for the last step. `None` if every execution within the
    /// bound fails.
    pub passing: Option<Passing>,
    /// How many executions were run.
    pub executions: u64,
}

/// An execution that passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passing {
    /// Its choices.
    pub schedule: Schedule,
    /// How many preemptions it has.
    pub preemptions: u32,
}

/// Looks for the step after which every continuation of the execution of `schedule` fails. A continuation may have
/// `preemptions` in all, or as many as the execution itself if these are more. `None` if that takes too long, or if the
/// execution cannot be run again.
///
/// `passes` gets executions without events, like the visitor of [`explore`](super::explore).
///
/// # Panics
///
/// If an execution is already under way on this operating-system thread.
pub fn certainty<T: 'static>(
    settings: &Settings,
    preemptions: u32,
    body: &Rc<dyn Fn() -> T>,
    schedule: &Schedule,
    mut passes: impl FnMut(Execution<T>) -> bool,
) -> Option<Certainty> {
    let _alone = settings.fresh_statics.then(Alone::new);
    let mut search = Search {
        settings,
        body: &erased(body),
        passes: &mut |execution: Execution<Box<dyn Any>>| passes(typed(execution)),
        bound: preemptions,
        schedule,
        known: Fewest::default(),
        executions: 0,
        steps: 0,
    };
    search.go_back()
}

struct Search<'a> {
    settings: &'a Settings,
    body: &'a Rc<dyn Fn() -> Value>,
    passes: &'a mut dyn FnMut(Execution<Value>) -> bool,
    bound: u32,
    schedule: &'a Schedule,
    /// The states from which every continuation fails, with the fewest preemptions with which they were reached.
    known: Fewest,
    executions: u64,
    steps: u64,
}

/// The budget was used up.
struct Spent;

impl Search<'_> {
    fn go_back(&mut self) -> Option<Certainty> {
        let prefix = schedule::prefix(self.schedule);
        let scheduler = self.scheduler(prefix);
        let failing = run(self.settings, self.body, scheduler, Some(Recorder::default()));
        let steps_before = failing.recorder?.into_steps_before_choices();
        let choices: Rc<[Choice]> = failing.choices.into();
        if steps_before.len() != choices.len() || (self.passes)(failing.execution) {
            return None;
        }
        self.bound = self.bound.max(n_preemptions(&choices));
        for index in (0..choices.len()).rev() {
            match self.passing_from(&choices, index) {
                Err(Spent) => return None,
                Ok(None) => {}
                Ok(Some(passing)) => {
                    return Some(Certainty {
                        steps: steps_before[index] + 1,
                        passing: Some(passing),
                        executions: self.executions,
                    });
                }
            }
        }
        Some(Certainty {
            steps: 0,
            passing: None,
            executions: self.executions,
        })
    }

    /// A passing execution that makes the first `index` of `choices` and then another one. One with few preemptions
    /// comes first.
    fn passing_from(&mut self, choices: &Rc<[Choice]>, index: usize) -> Result<Option<Passing>, Spent> {
        let taken = choices[index].chosen;
        // By number of preemptions.
        let mut prefixes: Vec<Vec<Prefix>> = vec![Vec::new(); self.bound as usize + 1];
        let others = (0..choices[index].options).filter(|option| *option != taken);
        let before = n_preemptions(&choices[..index]);
        add(&mut prefixes, choices, (index, before), others);
        while let Some(prefix) = prefixes.iter_mut().find_map(Vec::pop) {
            if self.executions >= MAX_EXECUTIONS || self.steps >= MAX_STEPS {
                return Err(Spent);
            }
            let n_determined = prefix.len();
            let scheduler = self.scheduler(prefix).stopping_at(Rc::clone(&self.known));
            let Run {
                execution,
                choices,
                n_unvisited,
                steps,
                ..
            } = run(self.settings, self.body, scheduler, None);
            self.executions += 1;
            self.steps += steps;
            let preemptions = execution.preemptions;
            if (self.passes)(execution) {
                return Ok(Some(Passing {
                    schedule: schedule::of(&choices, OptionalChoices::of(self.schedule)),
                    preemptions,
                }));
            }
            let choices: Rc<[Choice]> = choices.into();
            let mut before = n_preemptions(&choices[..n_determined]);
            for index in n_determined..n_unvisited {
                let others = 1..choices[index].options;
                add(&mut prefixes, &choices, (index, before), others.rev());
                before += u32::from(choices[index].is_preemption());
            }
        }
        Ok(None)
    }

    /// With the same choices as in the failing execution.
    fn scheduler(&self, prefix: Prefix) -> Box<Scheduler> {
        schedule::scheduler(self.schedule, prefix, Strategy::NonPreemptive)
    }
}

/// Adds the executions that make the first `index` of `choices`, with so many preemptions, and then one of `options`,
/// as far as the bound allows.
fn add(
    prefixes: &mut [Vec<Prefix>],
    choices: &Rc<[Choice]>,
    (index, before): (usize, u32),
    options: impl Iterator<Item = u16>,
) {
    for option in options {
        let costs = u32::from(option >= choices[index].n_non_preemptive);
        if let Some(prefixes) = prefixes.get_mut((before + costs) as usize) {
            prefixes.push(Prefix::deviating(choices, index, option));
        }
    }
}
