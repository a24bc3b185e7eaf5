//! What is asked and answered while somebody plays the scheduler: the choices of one execution, one at a time.
//!
//! A question names all choices from the start, and the check program runs them again. So nothing is kept from one
//! question to the next, and to take a choice back is to ask with one choice fewer.

use serde::{Deserialize, Serialize};

use crate::schedule::Schedule;
use crate::trace::{Place, ThreadId, Trace};
use crate::{Measure, Replayed};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Which scenarios the check has, and which choices the executions of one of them have. That is the one with this
    /// number, or else the first that fails, or else the first with a choice, or else the first.
    Begin {
        /// The number of the scenario, counted from 0.
        scenario: Option<u32>,
    },
    /// Which choice comes after these, or how the execution ends.
    Position(Line),
    /// The same after more choices, all of them the default one: the running thread goes on as long as it can.
    RunOn {
        /// The choices so far.
        from: Line,
        /// How far.
        until: Until,
    },
    /// Whether an execution that begins with these choices can go wrong.
    CanFail(Line),
}

/// How far an execution goes on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// Up to the choice at which another thread goes on by default.
    Switch,
    /// Up to its end.
    End,
}

/// The beginning of an execution: the choices so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The scenario, counted from 0.
    pub scenario: u32,
    /// The choices, each of them: default ones at the end are choices as well.
    pub schedule: Schedule,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The scenarios.
    Begun(Beginning),
    /// The execution has come to a choice.
    Choice(Box<Position>),
    /// The execution has come to its end.
    Ended(Box<Ending>),
    /// Whether it can go wrong.
    Outlook(Outlook),
    /// The program does not do what it did under the same choices, or has no such scenario.
    Refused {
        /// Why, as a sentence fragment.
        reason: String,
    },
}

/// The scenarios of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// The names of all scenarios, as the check's author named them.
    pub scenarios: Vec<String>,
    /// The scenario to play, without choices yet.
    pub line: Line,
    /// Whether it fails: an execution of it was found to go wrong, or none shows the goal.
    pub can_fail: bool,
    /// Whether its executions have a choice.
    pub has_choices: bool,
    /// What some execution has to show, as in [`Goal::what`]; `None` where every execution has to be right.
    pub goal: Option<String>,
}

impl Beginning {
    /// How much there is to play: the greater, the more.
    pub fn interest(&self) -> impl Ord + use<> {
        (self.can_fail, self.has_choices)
    }
}

/// An execution that has come to a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The choices so far.
    pub line: Line,
    /// The execution so far. Its end is [`End::Paused`](crate::trace::End::Paused), with the threads that wait.
    pub trace: Trace,
    /// How many of the choices so far preempted a thread.
    pub preemptions: u32,
    /// The thread that ran last.
    pub running: ThreadId,
    /// What is chosen.
    pub subject: Subject,
    /// The options, in the order of their numbers.
    pub options: Vec<Offer>,
}

/// What is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Which thread goes next.
    Turn,
    /// What an operation of the running thread does, where `std` leaves it open: which thread is notified, whether a
    /// weak compare-exchange fails.
    Outcome,
    /// Which value a load of an atomic returns: the first is the newest.
    Value,
}

/// An option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The thread that would go next, or whose operation it is.
    pub thread: ThreadId,
    /// Why that thread may go.
    pub reason: TurnReason,
    /// The line of its operation, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Whether it preempts a thread that could go on, or injects a fault.
    pub preempts: bool,
    /// What would follow, up to the next choice or the end: the threads and objects of the whole execution, and its
    /// further events.
    pub then: Trace,
}

/// Why a thread may go next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnReason {
    /// Nothing is in its way.
    Ready,
    /// It is woken without a reason, as `std` allows.
    Spurious,
    /// The time that it waits for has passed, although other threads could have gone on before.
    Late,
    /// Nothing happens: no thread is woken without a reason.
    NoWakeUp,
}

/// An execution that has come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The choices.
    pub line: Line,
    /// The execution, and its failure if it went wrong.
    pub replayed: Replayed,
    /// The token for a replay of it; `None` if the program depends on something that is not controlled.
    pub token: Option<String>,
    /// What some execution has to show; `None` where every execution has to be right.
    pub goal: Option<Goal>,
}

/// What some execution has to show, and how close this one came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// What that is, as in "in which the second thread writes first".
    pub what: String,
    /// Whether this one shows it.
    pub is_reached: bool,
    /// How close it came; `None` if that is not measured.
    pub measure: Option<Measure>,
}

/// Whether executions with the same beginning can go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    /// How many of them were run.
    pub executions: u64,
    /// How many preemptions they have at most beyond those of the beginning.
    pub preemptions: u32,
    /// Whether all executions up to that bound were run; `false` if one decided the question.
    pub complete: bool,
    /// Whether the question was which execution shows a goal, and not which goes wrong.
    pub is_for_goal: bool,
    /// The nearest execution that goes wrong, or shows the goal; `None` if none was found.
    pub way: Option<Box<Way>>,
}

/// How an execution goes on to its failure or its goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// Its choices.
    pub line: Line,
    /// How many of its events had happened at the beginning.
    pub n_before: usize,
    /// How many preemptions are still to come.
    pub preemptions: u32,
    /// The execution, and its failure.
    pub replayed: Replayed,
}

impl Offer {
    /// The execution of `position` with what would follow.
    pub fn trace(&self, position: &Trace) -> Trace {
        let events = position.events.iter().chain(&self.then.events);
        Trace {
            events: events.cloned().collect(),
            ..self.then.clone()
        }
    }
}
