//! Positions: an execution that stops at a choice, so that somebody else can make it.

use std::rc::Rc;

use super::play::{Subject, TurnReason};
use super::running::{erased, run, typed};
use super::schedule;
use super::statics::Alone;
use super::trace::{Place, ThreadId};
use super::{Execution, Schedule, Settings};
use crate::runtime::recorder::Recorder;
use crate::runtime::scheduler::{OptionalChoices, Strategy};

/// An execution that has made the choices of a schedule, and no more.
#[derive(Debug)]
pub struct Position<T> {
    /// The execution, with every operation. If there is a choice left, it ended as
    /// [`Paused`](super::trace::End::Paused) and has no value.
    pub execution: Execution<T>,
    /// The choice that comes next; `None` if the execution has come to its end.
    pub paused: Option<Paused>,
    /// The schedule in the form that [`explore`](super::explore) gives it: without default choices at its end.
    pub schedule: Schedule,
}

/// A choice that was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paused {
    /// What is chosen.
    pub subject: Subject,
    /// The thread that ran last.
    pub running: ThreadId,
    /// The options, at least two. The first is the default.
    pub options: Vec<Turn>,
    /// How many of them, from the first, cost no preemption.
    pub n_non_preemptive: usize,
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The thread that would go. For an outcome or a value, the thread whose operation it is.
    pub thread: ThreadId,
    /// Why it may go.
    pub reason: TurnReason,
    /// The line of its operation, where it is known.
    pub place: Option<Place>,
}

/// Runs `body` under the choices of `schedule`, records every operation, and stops where another choice would have to
/// be made. Default choices at the end of the schedule are choices as well.
///
/// An execution that does not fit the schedule ends as [`End::Nondeterministic`](super::trace::End::Nondeterministic).
///
/// # Panics
///
/// If an execution is already under way on this operating-system thread.
pub fn position<T: 'static>(settings: &Settings, body: &Rc<dyn Fn() -> T>, schedule: &Schedule) -> Position<T> {
    let _alone = settings.fresh_statics.then(Alone::new);
    let scheduler = schedule::scheduler(schedule, schedule::prefix(schedule), Strategy::Pausing);
    let ran = run(settings, &erased(body), scheduler, Some(Recorder::with_calls()));
    let schedule = schedule::of(&ran.choices, OptionalChoices::of(schedule));
    let mut execution = ran.execution;
    let paused = ran.recorder.and_then(|mut recorder| {
        let paused = recorder.take_pause();
        recorder.write_to(&mut execution.trace);
        paused
    });
    Position {
        execution: typed(execution),
        paused,
        schedule,
    }
}

/// Runs `body` under the choices of `schedule`, and then lets each thread go on as long as it can. Returns every choice
/// of the execution, also default ones at the end.
///
/// # Panics
///
/// If an execution is already under way on this operating-system thread.
pub fn run_on<T: 'static>(settings: &Settings, body: &Rc<dyn Fn() -> T>, schedule: &Schedule) -> Schedule {
    let _alone = settings.fresh_statics.then(Alone::new);
    let scheduler = schedule::scheduler(schedule, schedule::prefix(schedule), Strategy::NonPreemptive);
    let ran = run(settings, &erased(body), scheduler, None);
    schedule::with_all(&ran.choices, OptionalChoices::of(schedule), schedule.memory)
}
