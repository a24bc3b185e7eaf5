//! Runs one execution of a body, and returns it with its choices.

use std::any::Any;
use std::rc::Rc;

use super::Execution;
use super::settings::Settings;
use crate::runtime::counts::CountUses;
use crate::runtime::executor::{self, Outcome};
use crate::runtime::recorder::Recorder;
use crate::runtime::scheduler::{Choice, Scheduler, n_preemptions};
use crate::runtime::visibility::History;

/// What a body returns, without its type, so that the search is compiled only once and not for each type.
pub(super) type Value = Box<dyn Any>;

pub(super) fn erased<T: 'static>(body: &Rc<dyn Fn() -> T>) -> Rc<dyn Fn() -> Value> {
    let body = Rc::clone(body);
    Rc::new(move || Box::new(body()))
}

pub(super) fn typed<T: 'static>(execution: Execution<Value>) -> Execution<T> {
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

/// An execution, and the choices that determine it.
pub(super) struct Run {
    pub(super) execution: Execution<Value>,
    pub(super) choices: Vec<Choice>,
    /// How many of them, from the first, were made in states that no earlier execution had visited.
    pub(super) n_unvisited: usize,
    /// Whether two threads spawned others concurrently, while the order of spawns was no choice.
    pub(super) spawns_overlap: bool,
    /// What it has shown about reference counts.
    pub(super) count_uses: CountUses,
    /// How many operations it announced.
    pub(super) steps: u64,
    /// Equal for two executions that differ only in the order of operations that commute.
    pub(super) history: History,
    /// Its operations and objects, if they were to be recorded.
    pub(super) recorder: Option<Recorder>,
}

pub(super) fn run(
    settings: &Settings,
    body: &Rc<dyn Fn() -> Value>,
    scheduler: Box<Scheduler>,
    recorder: Option<Recorder>,
) -> Run {
    let body = Rc::clone(body);
    let outcome = executor::run(*settings, scheduler, recorder, move || body());
    let Outcome {
        value,
        choices,
        n_unvisited,
        spawns_overlap,
        count_uses,
        steps,
        history,
        trace,
        recorder,
        most_alive,
    } = outcome;
    let preemptions = n_preemptions(&choices);
    Run {
        execution: Execution {
            value,
            trace,
            preemptions,
            most_alive,
        },
        choices,
        n_unvisited,
        spawns_overlap,
        count_uses,
        steps,
        history,
        recorder,
    }
}
