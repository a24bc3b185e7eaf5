//! Which interleavings are run, and in which order.
//!
//! Iterative context bounding: Musuvathi & Qadeer, *Iterative Context Bounding for Systematic Testing of Multithreaded
//! Programs*, PLDI 2007. All executions without a preemption come first, then all with one, and so on; a preemption is a
//! switch away from a thread that could have gone on. So the first failure found is one with the fewest preemptions. The
//! search is stateless: an execution is named by its choices and run again from the start, and every alternative to a choice
//! becomes a prefix of its own, kept for the bound that its preemptions need.
//!
//! Beyond the bound, executions are sampled by priorities (see `runtime::chooser`).

use std::any::Any;
use std::ops::{ControlFlow, Range};
use std::rc::Rc;

use super::Execution;
use super::settings::Settings;
use super::trace::{End, Trace};
use crate::runtime::chooser::{Choice, Chooser, Policy, Prefix, Priorities, Visited};
use crate::runtime::executor::{self, Outcome};
use crate::runtime::recorder::Recorder;

/// How far an exploration goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most preemptions in an execution of the exhaustive part.
    pub preemptions: u32,
    /// The most executions of the exhaustive part.
    pub executions: u64,
    /// How many executions are sampled beyond it.
    pub random: u64,
    /// The number that the samples derive from.
    pub seed: u64,
    /// The bug depth that a sample aims at: one more than its priority change points.
    pub depth: u32,
    /// Whether executions that can show nothing new are left out.
    pub pruning: Pruning,
}

/// Whether executions that can show nothing new are left out of the exhaustive part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pruning {
    /// An execution that comes to a state in which another one has been, with no more preemptions, goes on by the usual choices
    /// only: the alternatives from there are known. No outcome is lost.
    Visited,
    /// Every execution is run.
    Off,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            preemptions: 2,
            executions: 20_000,
            random: 500,
            seed: 1,
            depth: 3,
            pruning: Pruning::Visited,
        }
    }
}

/// The choices that make an execution what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// At each choice, the number of the option taken; 0 is the usual one, and a schedule ends with its last unusual choice.
    pub choices: Vec<u16>,
}

/// What an exploration covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// How many executions were run.
    pub executions: u64,
    /// How many of them were sampled.
    pub random: u64,
    /// The bound on preemptions that was reached.
    pub preemption_bound: u32,
    /// Whether all executions within that bound were run.
    pub complete: bool,
    /// Where the visitor stopped the exploration, if it did.
    pub stopped: Option<Stopped>,
}

/// The execution at which the visitor stopped an exploration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Its choices.
    pub schedule: Schedule,
    /// How many preemptions it has.
    pub preemptions: u32,
}

/// Runs `body` under every interleaving within `bounds` and shows each execution to `visit`, until that says to stop.
///
/// Each execution starts afresh: `body` makes what it uses, or finds it in statics. A modelled object that it captures instead
/// gets back, bit by bit, what it held before the first execution, so it must not own memory (a `Mutex<Vec<_>>` must be empty).
///
/// The first execution is run twice. If the second differs, the program depends on something that is not controlled, and
/// `visit` sees an execution that ended as [`End::Nondeterministic`].
///
/// # Panics
///
/// If an execution is already under way on this operating-system thread.
pub fn explore<T: 'static>(
    bounds: &Bounds,
    settings: &Settings,
    body: &Rc<dyn Fn() -> T>,
    mut visit: impl FnMut(Execution<T>) -> ControlFlow<()>,
) -> Coverage {
    explore_erased(bounds, settings, &erased(body), &mut |execution| {
        visit(typed(execution))
    })
}

/// What a body returns, whatever its type: the search is compiled once and not for every body.
type Value = Box<dyn Any>;

fn erased<T: 'static>(body: &Rc<dyn Fn() -> T>) -> Rc<dyn Fn() -> Value> {
    let body = Rc::clone(body);
    Rc::new(move || Box::new(body()))
}

fn typed<T: 'static>(execution: Execution<Value>) -> Execution<T> {
    let Execution {
        value,
        trace,
        preemptions,
        most_alive,
    } = execution;
    let typed = |value: Value| *value.downcast().expect("a body returns values of its own type");
    Execution {
        value: value.map(|value| value.map(typed)),
        trace,
        preemptions,
        most_alive,
    }
}

fn explore_erased(
    bounds: &Bounds,
    settings: &Settings,
    body: &Rc<dyn Fn() -> Value>,
    visit: &mut dyn FnMut(Execution<Value>) -> ControlFlow<()>,
) -> Coverage {
    let visited = (bounds.pruning == Pruning::Visited).then(Visited::default);
    let mut search = Search {
        settings,
        body,
        visit,
        visited,
        coverage: Coverage::new(),
        most_choices: 0,
    };
    if search.verify_determinism().is_continue() && search.exhaust(bounds).is_continue() {
        search.sample(bounds);
    }
    search.coverage
}

/// Runs `body` once under `schedule`, and records every operation.
///
/// An execution that does not fit the schedule ends as [`End::Nondeterministic`].
///
/// # Panics
///
/// If an execution is already under way on this operating-system thread.
pub fn replay<T: 'static>(settings: &Settings, body: &Rc<dyn Fn() -> T>, schedule: &Schedule) -> Execution<T> {
    let choices = schedule.choices.iter().map(|chosen| Choice::of_any(*chosen)).collect();
    let chooser = Chooser::new(Prefix::whole(choices), Policy::Usual);
    typed(run(settings, &erased(body), chooser, Some(Recorder::default())).execution)
}

/// An execution and the choices that make it what it is.
struct Ran {
    execution: Execution<Value>,
    choices: Rc<[Choice]>,
    /// How many of them, from the first, were made in states that no execution had been in before.
    n_new: usize,
}

fn run(settings: &Settings, body: &Rc<dyn Fn() -> Value>, chooser: Chooser, recorder: Option<Recorder>) -> Ran {
    let body = Rc::clone(body);
    let outcome = executor::run(*settings, chooser, recorder, move || body());
    let Outcome {
        value,
        choices,
        n_new,
        trace,
        most_alive,
    } = outcome;
    let preemptions = choices.iter().filter(|choice| choice.is_preemption()).count() as u32;
    Ran {
        execution: Execution {
            value,
            trace,
            preemptions,
            most_alive,
        },
        choices: choices.into(),
        n_new,
    }
}

struct Search<'a> {
    settings: &'a Settings,
    body: &'a Rc<dyn Fn() -> Value>,
    visit: &'a mut dyn FnMut(Execution<Value>) -> ControlFlow<()>,
    /// The states whose alternatives are known; `None` when equal states are not to be told.
    visited: Option<Visited>,
    coverage: Coverage,
    /// The most choices in any execution so far.
    most_choices: usize,
}

impl Search<'_> {
    fn verify_determinism(&mut self) -> ControlFlow<()> {
        let record = || run(self.settings, self.body, Chooser::default(), Some(Recorder::default()));
        let (first, mut second) = (record(), record());
        if let Some(difference) = difference(&first.execution.trace, &second.execution.trace) {
            second.execution.trace.end = End::Nondeterministic { difference };
            self.coverage.executions += 1;
            self.show(second)?;
        }
        ControlFlow::Continue(())
    }

    fn exhaust(&mut self, bounds: &Bounds) -> ControlFlow<()> {
        let mut prefixes = vec![Prefix::default()];
        for bound in 0..=bounds.preemptions {
            self.coverage.preemption_bound = bound;
            let mut next_bound = Vec::new();
            // The first found is the first run, of those that were found at the bound before.
            prefixes.reverse();
            while let Some(prefix) = prefixes.pop() {
                if self.coverage.executions >= bounds.executions {
                    return ControlFlow::Continue(());
                }
                let n_determined = prefix.len();
                let mut chooser = Chooser::new(prefix, Policy::Usual);
                if let Some(visited) = &self.visited {
                    chooser = chooser.pruning(Rc::clone(visited));
                }
                let ran = run(self.settings, self.body, chooser, None);
                self.coverage.executions += 1;
                let (choices, n_new) = (Rc::clone(&ran.choices), ran.n_new);
                self.show(ran)?;
                // What the budget cannot pay for is not kept; one more, so that the search is known to be incomplete.
                let affordable = (bounds.executions - self.coverage.executions + 1) as usize;
                let wanted = if bound < bounds.preemptions { affordable } else { 0 };
                branch(&choices, n_determined..n_new, &mut prefixes, (&mut next_bound, wanted));
            }
            prefixes = next_bound;
        }
        self.coverage.complete = true;
        ControlFlow::Continue(())
    }

    fn sample(&mut self, bounds: &Bounds) {
        if self.most_choices == 0 {
            return;
        }
        for index in 0..bounds.random {
            let seed = bounds.seed.wrapping_mul(0x0100_0000_01B3).wrapping_add(index);
            let priorities = Priorities::new(seed, self.most_choices as u64, bounds.depth);
            let chooser = Chooser::new(Prefix::default(), Policy::Priorities(priorities));
            let ran = run(self.settings, self.body, chooser, None);
            self.coverage.executions += 1;
            self.coverage.random += 1;
            if self.show(ran).is_break() {
                return;
            }
        }
    }

    fn show(&mut self, Ran { execution, choices, .. }: Ran) -> ControlFlow<()> {
        self.most_choices = self.most_choices.max(choices.len());
        let preemptions = execution.preemptions;
        let flow = (self.visit)(execution);
        if flow.is_break() {
            let schedule = Schedule::of(&choices);
            self.coverage.stopped = Some(Stopped { schedule, preemptions });
        }
        flow
    }
}

/// Puts every alternative to the choices in `range` where it belongs: among the prefixes of the same
/// bound, or among those that take one preemption more, of which only so many are wanted.
fn branch(
    choices: &Rc<[Choice]>,
    range: Range<usize>,
    same: &mut Vec<Prefix>,
    (wider, wanted): (&mut Vec<Prefix>, usize),
) {
    for index in range {
        let choice = choices[index];
        for option in (1..choice.options).rev() {
            let prefix = || Prefix::deviating(choices, index, option);
            if option < choice.free {
                same.push(prefix());
            } else if wider.len() < wanted {
                wider.push(prefix());
            }
        }
    }
}

/// The first difference between two traces of one schedule.
fn difference(first: &Trace, second: &Trace) -> Option<String> {
    if first == second {
        return None;
    }
    let describe = |trace: &Trace, index: usize| match trace.events.get(index) {
        Some(event) => {
            let place = event
                .place
                .as_ref()
                .map_or(String::new(), |place| format!(" at {}:{}", place.file, place.line));
            let detail = event
                .detail
                .as_deref()
                .map_or(String::new(), |detail| format!(" {detail}"));
            format!("thread {} did `{}{detail}`{place}", event.thread, event.operation)
        }
        None => "the execution was over".to_owned(),
    };
    let common = first
        .events
        .iter()
        .zip(&second.events)
        .take_while(|(one, other)| one == other)
        .count();
    if common == first.events.len() && common == second.events.len() {
        return Some("the same operations gave different output or another end".to_owned());
    }
    Some(format!(
        "at step {}, first {}, then {}",
        common + 1,
        describe(first, common),
        describe(second, common)
    ))
}

impl Coverage {
    fn new() -> Self {
        Self {
            executions: 0,
            random: 0,
            preemption_bound: 0,
            complete: false,
            stopped: None,
        }
    }
}

impl Schedule {
    fn of(choices: &[Choice]) -> Self {
        let last_unusual = choices.iter().rposition(|choice| choice.chosen != 0);
        let determined = last_unusual.map_or(&[][..], |last| &choices[..=last]);
        Self {
            choices: determined.iter().map(|choice| choice.chosen).collect(),
        }
    }
}
