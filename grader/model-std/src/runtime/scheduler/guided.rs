//! Guided: follows a partial schedule, whose choices keep their meaning when other choices change.
//!
//! When one choice of a schedule changes, the later choices may differ in number, and the same option number may stand
//! for another thread. So a partial schedule does not count choices. It identifies a choice by the running thread and
//! the number of its turns, and an option by the thread that goes next. A choice whose point is never reached has no
//! effect.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use crate::runtime::dispatch::{Candidate, Cause};
use crate::runtime::task::TaskId;

/// Identifies a choice of an execution, without counting the choices of other threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ChoicePoint {
    /// The running thread: it has just announced an operation, or is performing one.
    task: TaskId,
    /// How many turns it has had.
    turn: u32,
    /// For a choice among outcomes: how many outcomes of this operation were chosen before. `None` for a choice among
    /// threads.
    outcome: Option<u16>,
}

/// One option of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Pick {
    /// This thread goes next, for this reason.
    Next(TaskId, Cause),
    /// The operation has the outcome with this number.
    Outcome(u16),
}

/// Some of the choices of an execution. Everywhere else, the default is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct PartialSchedule {
    /// The threads that go next, turn by turn.
    pub(crate) order: VecDeque<Pick>,
    /// Choices at points for which `order` has no candidate.
    pub(crate) choices: Vec<(ChoicePoint, Pick)>,
}

/// The choices of one execution, in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) choices: Vec<LoggedChoice>,
    /// The threads that went next, turn by turn, also where there was only one option.
    pub(crate) order: Vec<Pick>,
    /// How often the next turn went to another thread.
    pub(crate) switches: u32,
    /// How many turns of the partial schedule were looked through.
    pub(crate) looked_through: u64,
}

/// How many turns of a partial schedule may be looked through in one execution, for each turn that it has. A schedule
/// with many turns that are not possible is not worth more.
const MOST_LOOKS_FOR_A_TURN: u64 = 16;

/// A choice that was made among several options.
#[derive(Clone, Debug)]
pub(crate) struct LoggedChoice {
    pub(crate) point: ChoicePoint,
    /// The options, by number.
    pub(crate) picks: Vec<Pick>,
}

/// Follows a partial schedule where it can, and logs all choices.
#[derive(Clone, Debug)]
pub(crate) struct Guided {
    order: VecDeque<Pick>,
    choices: HashMap<ChoicePoint, Pick>,
    /// How many turns of `order` may still be looked through.
    looks_left: u64,
    log: Rc<RefCell<Log>>,
    /// By task: how many turns it has had.
    turns: Vec<u32>,
    /// The last choice.
    last: ChoicePoint,
    /// The thread that was chosen last.
    running: TaskId,
}

impl Guided {
    pub(crate) fn new(partial: PartialSchedule, log: Rc<RefCell<Log>>) -> Self {
        let last = ChoicePoint {
            task: 0,
            turn: 0,
            outcome: None,
        };
        let PartialSchedule { order, choices } = partial;
        Self {
            looks_left: order.len() as u64 * MOST_LOOKS_FOR_A_TURN,
            order,
            choices: choices.into_iter().collect(),
            log,
            turns: Vec::new(),
            last,
            running: 0,
        }
    }

    /// Chooses which of `candidates` goes next after `current`.
    pub(crate) fn choose(&mut self, candidates: &[Candidate], current: TaskId) -> usize {
        if self.turns.len() <= current {
            self.turns.resize(current + 1, 0);
        }
        self.turns[current] += 1;
        self.last = ChoicePoint {
            task: current,
            turn: self.turns[current],
            outcome: None,
        };
        let picks: Vec<Pick> = candidates.iter().map(|candidate| candidate.pick()).collect();
        let next_in_order = self.next_in_order(&picks);
        self.follow(next_in_order, picks)
    }

    /// Takes the first turn in the order that is one of `picks`.
    fn next_in_order(&mut self, picks: &[Pick]) -> Option<Pick> {
        let n_looks = self.looks_left.min(self.order.len() as u64) as usize;
        let index = self.order.iter().take(n_looks).position(|next| picks.contains(next));
        let looked = index.map_or(n_looks, |index| index + 1) as u64;
        self.looks_left -= looked;
        self.log.borrow_mut().looked_through += looked;
        self.order.remove(index?)
    }

    /// Notes that `next` goes next after `current`.
    pub(crate) fn note_next(&mut self, current: TaskId, next: Candidate) {
        self.running = next.task;
        let mut log = self.log.borrow_mut();
        log.switches += u32::from(current != next.task);
        log.order.push(next.pick());
    }

    /// Chooses one of `n` outcomes of the running operation.
    pub(crate) fn choose_outcome(&mut self, n: usize) -> usize {
        let before = self.last.outcome.map_or(0, |before| before + 1);
        self.last = ChoicePoint {
            task: self.running,
            turn: self.turns.get(self.running).copied().unwrap_or_default(),
            outcome: Some(before),
        };
        self.follow(None, (0..n as u16).map(Pick::Outcome).collect())
    }

    /// Chooses the option that is `next_in_order`, or else the one that the partial schedule has for this point, or
    /// else the default.
    fn follow(&mut self, next_in_order: Option<Pick>, picks: Vec<Pick>) -> usize {
        let point = self.last;
        let wanted = next_in_order.or_else(|| self.choices.get(&point).copied());
        let option = wanted.and_then(|wanted| picks.iter().position(|pick| *pick == wanted));
        if picks.len() > 1 {
            self.log.borrow_mut().choices.push(LoggedChoice { point, picks });
        }
        option.unwrap_or(0)
    }
}

impl Candidate {
    fn pick(self) -> Pick {
        Pick::Next(self.task, self.cause)
    }
}

impl Pick {
    /// The thread that goes next with this option; `None` for an outcome.
    pub(crate) fn task(self) -> Option<TaskId> {
        match self {
            Pick::Next(task, _) => Some(task),
            Pick::Outcome(_) => None,
        }
    }

    /// Whether this option injects a fault.
    pub(crate) fn is_injected_fault(self) -> bool {
        matches!(self, Pick::Next(_, cause) if cause.is_injected_fault())
    }
}
