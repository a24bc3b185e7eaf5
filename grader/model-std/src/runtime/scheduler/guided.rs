//! Guided: follows a plan whose choices keep their meaning when other choices change.
//!
//! If one choice of a schedule changes, another number of choices may follow, and the numbers of their options may mean
//! other threads. So a plan names a choice by the thread that has just announced something and by how many turns it has
//! had, and an option by the thread that goes next. A wish is ignored if its moment never comes.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use crate::runtime::dispatch::{Candidate, Cause};
use crate::runtime::task::TaskId;

/// Which choice of an execution: the first, second, … that was made at one point in the life of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Moment {
    /// The thread that has just announced something, or that is in the middle of an operation.
    task: TaskId,
    /// How many turns it has had.
    turn: u32,
    /// How many outcomes of the operation were chosen before; `None` where the choice is who goes next.
    outcome: Option<u16>,
}

/// What can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Pick {
    /// Who goes next.
    Next(TaskId, Cause),
    /// How an operation turns out.
    Outcome(u16),
}

/// What to choose. Where it says nothing, the default is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Plan {
    /// Who goes next, turn by turn.
    pub(crate) order: VecDeque<Pick>,
    /// What to choose at some moments that the order says nothing about.
    pub(crate) wishes: Vec<(Moment, Pick)>,
}

/// The choices of one execution, in the order in which they were made, and what they were between.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) points: Vec<Point>,
    /// Who went next, turn by turn, choice or no choice.
    pub(crate) order: Vec<Pick>,
    /// How often another thread went on than the one before.
    pub(crate) switches: u32,
}

/// A choice among several options.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub(crate) moment: Moment,
    /// By the number of the option.
    pub(crate) picks: Vec<Pick>,
}

/// Follows a plan where it can, and keeps a log of all choices.
#[derive(Clone, Debug)]
pub(crate) struct Guided {
    plan: Plan,
    log: Rc<RefCell<Log>>,
    /// By task: how many turns it has had.
    turns: Vec<u32>,
    /// The last choice of who goes next, and who that was.
    last: Moment,
    running: TaskId,
}

impl Guided {
    pub(crate) fn new(plan: Plan, log: Rc<RefCell<Log>>) -> Self {
        let last = Moment {
            task: 0,
            turn: 0,
            outcome: None,
        };
        Self {
            plan,
            log,
            turns: Vec::new(),
            last,
            running: 0,
        }
    }

    /// Who goes next among `candidates`, when it was the turn of `current`.
    pub(crate) fn choose(&mut self, candidates: &[Candidate], current: TaskId) -> usize {
        if self.turns.len() <= current {
            self.turns.resize(current + 1, 0);
        }
        self.turns[current] += 1;
        self.last = Moment {
            task: current,
            turn: self.turns[current],
            outcome: None,
        };
        let picks: Vec<Pick> = candidates.iter().map(|candidate| candidate.pick()).collect();
        let due = self.plan.order.iter().position(|due| picks.contains(due));
        let due = due.and_then(|index| self.plan.order.remove(index));
        self.fulfil(due, picks)
    }

    /// Notes that `next` goes on where it was the turn of `current`.
    pub(crate) fn goes_on(&mut self, current: TaskId, next: Candidate) {
        self.running = next.task;
        let mut log = self.log.borrow_mut();
        log.switches += u32::from(current != next.task);
        log.order.push(next.pick());
    }

    /// Which of `n` outcomes the running operation has.
    pub(crate) fn choose_outcome(&mut self, n: usize) -> usize {
        let before = self.last.outcome.map_or(0, |before| before + 1);
        self.last = Moment {
            task: self.running,
            turn: self.turns.get(self.running).copied().unwrap_or_default(),
            outcome: Some(before),
        };
        self.fulfil(None, (0..n as u16).map(Pick::Outcome).collect())
    }

    /// Chooses what is `due`, or what was wished for at this moment.
    fn fulfil(&mut self, due: Option<Pick>, picks: Vec<Pick>) -> usize {
        let moment = self.last;
        let wished = || {
            let wish = self.plan.wishes.iter().find(|(when, _)| *when == moment);
            wish.map(|(_, pick)| *pick)
        };
        let wanted = due.or_else(wished);
        let option = wanted.and_then(|wanted| picks.iter().position(|pick| *pick == wanted));
        if picks.len() > 1 {
            self.log.borrow_mut().points.push(Point { moment, picks });
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
    /// The thread that it lets go next.
    pub(crate) fn task(self) -> Option<TaskId> {
        match self {
            Pick::Next(task, _) => Some(task),
            Pick::Outcome(_) => None,
        }
    }

    /// Whether it happens only where something goes wrong without a reason.
    pub(crate) fn is_injected_fault(self) -> bool {
        matches!(self, Pick::Next(_, cause) if cause.is_injected_fault())
    }
}
