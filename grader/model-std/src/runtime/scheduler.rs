//! Chooses the next thread and the outcomes of operations: first as a given prefix says, then by a strategy.
//!
//! A choice is recorded only where there is more than one option, so a schedule is a short list of small numbers and a
//! replay follows it exactly. If the options differ from the recorded ones, the program depends on something other than
//! the schedule. That is always reported.
//!
//! Each strategy has a file: [`non_preemptive`] for the exhaustive search, [`random_walk`] and [`pct`] for samples, and
//! [`guided`] for making a failing schedule simpler. Where somebody plays the scheduler, the strategy is to pause.

mod choice;
pub(crate) mod guided;
pub(crate) mod non_preemptive;
pub(crate) mod pct;
mod random;
pub(crate) mod random_walk;

pub(crate) use choice::{Choice, ChoiceKind, Prefix, n_preemptions};
pub(crate) use guided::Guided;
pub(crate) use pct::Pct;
pub(crate) use random_walk::RandomWalk;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::dispatch::{Candidate, Cause};
use super::task::TaskId;
use super::visibility::{Hashed, History};
use crate::model::trace::{ChoiceOptions, Difference};
use crate::model::{Counts, Memory, Schedule, Spawns, Switches};

/// How to choose beyond the prefix.
#[derive(Clone, Debug, Default)]
pub(crate) enum Strategy {
    /// The running thread goes on as long as it can.
    #[default]
    NonPreemptive,
    /// Every option is as likely as any other, except that injected faults are rarer.
    RandomWalk(RandomWalk),
    /// Random priorities, with priority change points.
    Pct(Pct),
    /// A partial schedule, and non-preemptive where it says nothing.
    Guided(Guided),
    /// Nobody chooses: the execution stops at the first choice beyond the prefix.
    Pausing,
}

/// Why a choice was not made.
#[derive(Debug)]
pub(crate) enum NoChoice {
    /// The execution does not fit the prefix.
    Differs(Difference),
    /// The strategy is [`Strategy::Pausing`].
    Pauses,
}

/// Follows a prefix, then a strategy, and records every choice.
#[derive(Debug, Default)]
pub(crate) struct Scheduler {
    prefix: Prefix,
    strategy: Strategy,
    taken: Vec<Choice>,
    /// A hash of the operations so far.
    operations: u64,
    visited: Option<Visited>,
    /// As `visited`, with the fewest preemptions for each state.
    fewest: Option<Fewest>,
    /// How many choices had been made when the execution reached a state that an earlier execution had visited.
    visited_at: Option<usize>,
    /// Beyond how many choices a sample takes the default.
    random_until: usize,
    pub(crate) optional: OptionalChoices,
    pub(crate) memory: Memory,
    /// Whether two threads spawned others concurrently, while the order of spawns was no choice.
    pub(crate) spawns_overlap: bool,
}

/// The choices that an exploration begins without, because few programs need them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OptionalChoices {
    pub(crate) spawns: Spawns,
    pub(crate) counts: Counts,
    pub(crate) switches: Switches,
}

impl OptionalChoices {
    /// Those of a schedule.
    pub(crate) fn of(schedule: &Schedule) -> Self {
        Self {
            spawns: schedule.spawns,
            counts: schedule.counts,
            switches: schedule.switches,
        }
    }
}

/// The states in which any execution had a choice so far (see `visibility`).
pub(crate) type Visited = Rc<RefCell<HashSet<History, Hashed>>>;

/// The states in which any execution had a choice so far, each with the fewest preemptions before it.
pub(crate) type Fewest = Rc<RefCell<HashMap<History, u32, Hashed>>>;

/// The most states that are kept: about 75 MB. Executions with more choices than that, all together, take minutes.
const MAX_VISITED: usize = 4_000_000;

/// In how many choices of an execution, from the first, states are noted. An exploration has no time for alternatives
/// to later ones, and noting a state takes longer than an operation.
const MAX_CHOICES_WITH_STATES: usize = 10_000;

impl Scheduler {
    /// In a box, because it passes through many hands.
    pub(crate) fn new(prefix: Prefix, strategy: Strategy) -> Box<Self> {
        Box::new(Self {
            strategy,
            // An execution has about as many choices as the one from which it deviates.
            taken: Vec::with_capacity(prefix.base_len() + 8),
            prefix,
            operations: 0,
            visited: None,
            fewest: None,
            visited_at: None,
            random_until: usize::MAX,
            optional: OptionalChoices::default(),
            memory: Memory::Sequential,
            spawns_overlap: false,
        })
    }

    pub(crate) fn with_choices(mut self: Box<Self>, optional: OptionalChoices) -> Box<Self> {
        self.optional = optional;
        self
    }

    pub(crate) fn with_memory(mut self: Box<Self>, memory: Memory) -> Box<Self> {
        self.memory = memory;
        self
    }

    /// Takes the default beyond `n` choices. So threads that run for ever do the same again and again at last, which
    /// shows a livelock, and the schedule of a long execution stays short.
    pub(crate) fn random_until(mut self: Box<Self>, n: usize) -> Box<Self> {
        self.random_until = n;
        self
    }

    /// Detects states that are in `visited`, and adds new ones to it.
    pub(crate) fn pruning(mut self: Box<Self>, visited: Visited) -> Box<Self> {
        self.visited = Some(visited);
        self
    }

    /// As [`Scheduler::pruning`], for a search that does not visit the executions with fewer preemptions first.
    pub(crate) fn stopping_at(mut self: Box<Self>, fewest: Fewest) -> Box<Self> {
        self.fewest = Some(fewest);
        self
    }

    /// Whether [`Scheduler::visit_state`] has to be called at the next choice: the choice is beyond the prefix, and all
    /// states so far were new.
    pub(crate) fn needs_state(&self) -> bool {
        let choices = self.prefix.len()..MAX_CHOICES_WITH_STATES;
        let notes_states = self.visited.is_some() || self.fewest.is_some();
        notes_states && self.visited_at.is_none() && choices.contains(&self.taken.len())
    }

    /// Notes the state at the next choice.
    pub(crate) fn visit_state(&mut self, state: History) {
        if let Some(fewest) = &self.fewest {
            let preemptions = n_preemptions(&self.taken);
            let mut fewest = fewest.borrow_mut();
            let least = fewest.entry(state).or_insert(u32::MAX);
            if *least <= preemptions {
                self.visited_at = Some(self.taken.len());
            }
            *least = preemptions.min(*least);
        }
        let Some(visited) = &self.visited else { return };
        let mut visited = visited.borrow_mut();
        let is_known = if visited.len() < MAX_VISITED {
            !visited.insert(state)
        } else {
            visited.contains(&state)
        };
        if is_known {
            self.visited_at = Some(self.taken.len());
        }
    }

    /// Notes a part of an operation: which thread performs it and where, or a value that it writes.
    #[inline]
    pub(crate) fn note_operation(&mut self, part: u64) {
        // The multiplier is the 64-bit one of L'Ecuyer, *Tables of Linear Congruential Generators of Different Sizes
        // and Good Lattice Structure*, Mathematics of Computation 68, 1999.
        self.operations = (self.operations.rotate_left(5) ^ part).wrapping_mul(0x27BB_2EE6_87B0_B0FD);
    }

    /// How many choices were made.
    pub(crate) fn n_taken(&self) -> usize {
        self.taken.len()
    }

    /// The choices made, and how many of them, from the first, were made in states that no earlier execution had
    /// visited.
    pub(crate) fn into_taken(self) -> (Vec<Choice>, usize) {
        let n_unvisited = self.visited_at.unwrap_or(self.taken.len());
        (self.taken, n_unvisited)
    }

    /// Whether the strategy has to know of each turn, also of one without a choice.
    #[inline]
    pub(crate) fn counts_turns(&self) -> bool {
        matches!(self.strategy, Strategy::Guided(_))
    }

    /// Notes that `task` goes next after `current`, without a choice.
    #[inline]
    pub(crate) fn note_turn(&mut self, task: TaskId, current: TaskId) {
        if self.counts_turns() {
            let only = Candidate {
                task,
                cause: Cause::Ready,
            };
            self.choose(&[only], 1, current).expect("one option is no choice");
        }
    }

    /// Whether the next choice takes the first option, whatever the options are.
    #[inline]
    pub(crate) fn takes_default(&self) -> bool {
        match self.prefix.get(self.taken.len()) {
            Some(expected) => expected.chosen == 0,
            None => matches!(self.strategy, Strategy::NonPreemptive),
        }
    }

    /// As [`Scheduler::choose`], where [`Scheduler::takes_default`] holds.
    #[inline]
    pub(crate) fn choose_default(&mut self, options: usize, n_non_preemptive: usize) -> Result<usize, NoChoice> {
        let point = (options, n_non_preemptive, ChoiceKind::Any, self.operations);
        Self::decide(&self.prefix, &mut self.taken, point, || Ok(non_preemptive::FIRST))
    }

    /// Chooses one of `candidates`, of which the first `n_non_preemptive` cost no preemption.
    pub(crate) fn choose(
        &mut self,
        candidates: &[Candidate],
        n_non_preemptive: usize,
        current: TaskId,
    ) -> Result<usize, NoChoice> {
        let is_random = self.taken.len() < self.random_until;
        let strategy = &mut self.strategy;
        // The guided strategy is also asked within the prefix, because it counts the turns from the start.
        let guided_option = match strategy {
            Strategy::Guided(guided) => guided.choose(candidates, current),
            Strategy::NonPreemptive | Strategy::RandomWalk(_) | Strategy::Pct(_) | Strategy::Pausing => {
                non_preemptive::FIRST
            }
        };
        let operations = self.operations;
        let chosen = Self::decide(
            &self.prefix,
            &mut self.taken,
            (candidates.len(), n_non_preemptive, ChoiceKind::Any, operations),
            || match strategy {
                Strategy::RandomWalk(walk) if is_random => Ok(walk.choose(candidates)),
                Strategy::Pct(pct) if is_random => Ok(pct.choose(candidates, n_non_preemptive, current)),
                Strategy::NonPreemptive | Strategy::Guided(_) | Strategy::RandomWalk(_) | Strategy::Pct(_) => {
                    Ok(guided_option)
                }
                Strategy::Pausing => Err(NoChoice::Pauses),
            },
        )?;
        if let Strategy::Guided(guided) = strategy {
            guided.note_next(current, candidates[chosen]);
        }
        Ok(chosen)
    }

    /// Chooses one of `n` outcomes of an operation, of which the first `n_non_preemptive` cost no preemption.
    pub(crate) fn choose_outcome(
        &mut self,
        n: usize,
        n_non_preemptive: usize,
        kind: ChoiceKind,
    ) -> Result<usize, NoChoice> {
        let is_random = self.taken.len() < self.random_until;
        let strategy = &mut self.strategy;
        let guided_option = match strategy {
            Strategy::Guided(guided) => guided.choose_outcome(n),
            Strategy::NonPreemptive | Strategy::RandomWalk(_) | Strategy::Pct(_) | Strategy::Pausing => {
                non_preemptive::FIRST
            }
        };
        let point = (n, n_non_preemptive, kind, self.operations);
        Self::decide(&self.prefix, &mut self.taken, point, || match strategy {
            Strategy::RandomWalk(walk) if is_random => Ok(walk.choose_outcome(n)),
            Strategy::Pct(pct) if is_random => Ok(pct.choose_outcome(n)),
            Strategy::NonPreemptive | Strategy::Guided(_) | Strategy::RandomWalk(_) | Strategy::Pct(_) => {
                Ok(guided_option)
            }
            Strategy::Pausing => Err(NoChoice::Pauses),
        })
    }

    /// Makes one choice: the number of options, how many of them cost no preemption, what is chosen, and the hash of
    /// the operations before it.
    fn decide(
        prefix: &Prefix,
        taken: &mut Vec<Choice>,
        (options, n_non_preemptive, kind, operations): (usize, usize, ChoiceKind, u64),
        beyond: impl FnOnce() -> Result<usize, NoChoice>,
    ) -> Result<usize, NoChoice> {
        if options <= 1 {
            return Ok(0);
        }
        // The high bits depend on all parts that were noted.
        let operations = (operations >> 48) as u16;
        let found = ChoiceOptions {
            options,
            n_non_preemptive,
        };
        let chosen = match prefix.get(taken.len()) {
            Some(expected) if expected.fits(found, operations) => usize::from(expected.chosen),
            Some(expected) => return Err(NoChoice::Differs(expected.difference(taken.len(), found))),
            None => beyond()?,
        };
        taken.push(Choice {
            chosen: chosen as u16,
            options: options as u16,
            n_non_preemptive: n_non_preemptive as u16,
            kind,
            operations,
        });
        Ok(chosen)
    }
}
