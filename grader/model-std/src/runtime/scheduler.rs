//! Where a schedule comes from: a prefix that is followed choice by choice, then a policy for the rest.
//!
//! A choice is recorded only where there is more than one option, so a schedule is a short list of small numbers and a
//! replay follows it exactly. A program that offers other options than the recorded ones does not depend on the schedule
//! alone; that is reported, never papered over.

pub(crate) mod guided;

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use super::dispatch::{Candidate, Cause};
use super::task::TaskId;
use super::visibility::{History, Mixed};
use crate::model::Spawns;
use guided::Guide;

/// One choice among several options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The option taken; 0 is the usual one.
    pub(crate) chosen: u16,
    /// How many options there were.
    pub(crate) options: u16,
    /// How many of them, from the first, cost no preemption.
    pub(crate) free: u16,
}

impl Choice {
    /// A choice of which only the option taken is known.
    pub(crate) fn of_any(chosen: u16) -> Self {
        Self {
            chosen,
            options: 0,
            free: 0,
        }
    }

    /// Whether it took the turn from a thread that could have gone on.
    pub(crate) fn is_preemption(&self) -> bool {
        self.chosen >= self.free
    }

    /// Whether this choice, followed again, meets the same options.
    fn fits(&self, options: usize, free: usize) -> bool {
        if self.options == 0 {
            return usize::from(self.chosen) < options;
        }
        usize::from(self.options) == options && usize::from(self.free) == free
    }
}

/// What decides beyond the prefix.
#[derive(Clone, Debug, Default)]
pub(crate) enum Policy {
    /// The usual option: the running thread goes on while it can.
    #[default]
    Usual,
    /// Priorities with change points.
    Priorities(Priorities),
    /// Each option is as likely as any other, but for accidents, which are rarer.
    Walk(Random),
    /// What a plan says, and the usual option where it says nothing.
    Guided(Guide),
}

/// Follows a prefix, then a policy, and records every choice.
#[derive(Debug, Default)]
pub(crate) struct Chooser {
    prefix: Prefix,
    policy: Policy,
    taken: Vec<Choice>,
    visited: Option<Visited>,
    /// How many choices had been made when the execution came to a state in which another one had been before.
    known_from: Option<usize>,
    pub(crate) spawns: Spawns,
    /// Whether threads spawned others at the same time, and that was no choice.
    pub(crate) spawns_overlap: bool,
}

/// The states in which executions had a choice so far (see `visibility`).
pub(crate) type Visited = Rc<RefCell<HashSet<History, Mixed>>>;

/// The choices to follow: those of an earlier execution up to a point, and another option there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prefix {
    base: Rc<[Choice]>,
    length: usize,
    /// The option to take after `length` choices of `base`, in place of the one that stands there.
    deviation: Option<u16>,
}

impl Prefix {
    /// All of `choices`.
    pub(crate) fn whole(choices: Rc<[Choice]>) -> Self {
        Self {
            length: choices.len(),
            base: choices,
            deviation: None,
        }
    }

    /// The first `length` of `choices`, then `option` instead of the choice that follows there.
    pub(crate) fn deviating(choices: &Rc<[Choice]>, length: usize, option: u16) -> Self {
        Self {
            base: Rc::clone(choices),
            length,
            deviation: Some(option),
        }
    }

    /// How many choices it determines.
    pub(crate) fn len(&self) -> usize {
        self.length + usize::from(self.deviation.is_some())
    }

    fn get(&self, index: usize) -> Option<Choice> {
        if index < self.length {
            return self.base.get(index).copied();
        }
        let chosen = self.deviation.filter(|_| index == self.length)?;
        self.base.get(index).map(|choice| Choice { chosen, ..*choice })
    }
}

impl Chooser {
    pub(crate) fn new(prefix: Prefix, policy: Policy) -> Self {
        Self {
            policy,
            // An execution has about as many choices as the one that it deviates from.
            taken: Vec::with_capacity(prefix.base.len() + 8),
            prefix,
            visited: None,
            known_from: None,
            spawns: Spawns::Invisible,
            spawns_overlap: false,
        }
    }

    pub(crate) fn with_spawns(self, spawns: Spawns) -> Self {
        Self { spawns, ..self }
    }

    /// Looks out for states that are in `visited` already, and adds those that are not.
    pub(crate) fn pruning(self, visited: Visited) -> Self {
        Self {
            visited: Some(visited),
            ..self
        }
    }

    /// Whether the state at the next choice matters: it is beyond the prefix, and all states before it were new.
    pub(crate) fn asks_for_state(&self) -> bool {
        self.visited.is_some() && self.known_from.is_none() && self.taken.len() >= self.prefix.len()
    }

    /// Notes the state at the next choice.
    pub(crate) fn arrive(&mut self, state: History) {
        let is_new = self
            .visited
            .as_ref()
            .is_none_or(|visited| visited.borrow_mut().insert(state));
        if !is_new {
            self.known_from = Some(self.taken.len());
        }
    }

    /// The choices made, and how many of them, from the first, were made in states that no execution had been in before.
    pub(crate) fn into_taken(self) -> (Vec<Choice>, usize) {
        let n_new = self.known_from.unwrap_or(self.taken.len());
        (self.taken, n_new)
    }

    /// Chooses one of `candidates`, of which the first `free` cost no preemption. `Err` says how the program differs from
    /// the recorded execution.
    #[inline]
    pub(crate) fn choose(&mut self, candidates: &[Candidate], free: usize, current: TaskId) -> Result<usize, String> {
        // Where there is no choice, only a guide wants to know.
        if candidates.len() == 1 && !matches!(self.policy, Policy::Guided(_)) {
            return Ok(0);
        }
        self.choose_one(candidates, free, current)
    }

    fn choose_one(&mut self, candidates: &[Candidate], free: usize, current: TaskId) -> Result<usize, String> {
        let policy = &mut self.policy;
        let wished = match policy {
            Policy::Guided(guide) => guide.choose(candidates, current),
            Policy::Usual | Policy::Priorities(_) | Policy::Walk(_) => 0,
        };
        let chosen = Self::decide(&self.prefix, &mut self.taken, candidates.len(), free, || match policy {
            Policy::Usual | Policy::Guided(_) => wished,
            Policy::Priorities(priorities) => priorities.choose(candidates, free, current),
            Policy::Walk(random) => {
                let n_real = n_ready(candidates);
                accident(random, candidates, n_real).unwrap_or_else(|| random.below(n_real))
            }
        })?;
        if let Policy::Guided(guide) = policy {
            guide.goes_on(current, candidates[chosen]);
        }
        Ok(chosen)
    }

    /// Chooses one of `n` outcomes of an operation, of which the first `free` cost no preemption.
    pub(crate) fn choose_outcome(&mut self, n: usize, free: usize) -> Result<usize, String> {
        let policy = &mut self.policy;
        let wished = match policy {
            Policy::Guided(guide) => guide.choose_outcome(n),
            Policy::Usual | Policy::Priorities(_) | Policy::Walk(_) => 0,
        };
        Self::decide(&self.prefix, &mut self.taken, n, free, || match policy {
            Policy::Usual | Policy::Guided(_) => wished,
            Policy::Priorities(Priorities { random, .. }) | Policy::Walk(random) => random.below(n),
        })
    }

    fn decide(
        prefix: &Prefix,
        taken: &mut Vec<Choice>,
        options: usize,
        free: usize,
        beyond: impl FnOnce() -> usize,
    ) -> Result<usize, String> {
        if options <= 1 {
            return Ok(0);
        }
        let chosen = match prefix.get(taken.len()) {
            Some(expected) if !expected.fits(options, free) => {
                return Err(format!(
                    "at choice {} there were {} options ({} without a preemption), now there are {options} ({free})",
                    taken.len() + 1,
                    expected.options,
                    expected.free,
                ));
            }
            Some(expected) => usize::from(expected.chosen),
            None => beyond(),
        };
        taken.push(Choice {
            chosen: chosen as u16,
            options: options as u16,
            free: free as u16,
        });
        Ok(chosen)
    }
}

/// Probabilistic concurrency testing: Burckhardt, Kothari, Musuvathi & Nagarakatte, *A Randomized Scheduler with
/// Probabilistic Guarantees of Finding Bugs*, ASPLOS 2010.
///
/// Each thread gets a random priority and the highest that can go goes; at a few random steps the running thread falls below
/// all others. Departs from the paper in one point: a thread that yields falls too, since spinning would starve the rest.
#[derive(Clone, Debug)]
pub(crate) struct Priorities {
    random: Random,
    /// By task: higher goes first.
    priorities: Vec<i64>,
    /// The steps at which the running thread falls, in ascending order.
    change_points: Vec<u64>,
    step: u64,
    lowest: i64,
}

impl Priorities {
    /// For executions of about `steps` choices with `depth - 1` change points.
    pub(crate) fn new(seed: u64, steps: u64, depth: u32) -> Self {
        let mut random = Random(seed);
        let mut change_points: Vec<u64> = (1..depth)
            .map(|_| random.below(steps.max(1) as usize) as u64 + 1)
            .collect();
        change_points.sort_unstable();
        Self {
            random,
            priorities: Vec::new(),
            change_points,
            step: 0,
            lowest: 0,
        }
    }

    fn choose(&mut self, candidates: &[Candidate], free: usize, current: TaskId) -> usize {
        self.step += 1;
        let current_yields = candidates[0].task != current
            && candidates
                .iter()
                .any(|other| other.task == current && other.cause == Cause::Ready);
        if current_yields || self.change_points.contains(&self.step) {
            self.lowest -= 1;
            let lowest = self.lowest;
            *self.priority(current) = lowest;
        }
        // An accident is not a matter of priority.
        let n_real = n_ready(candidates);
        if let Some(accident) = accident(&mut self.random, candidates, n_real) {
            return accident;
        }
        let real = if current_yields { free.min(n_real) } else { n_real };
        let ranked = (0..real).map(|index| (*self.priority(candidates[index].task), index));
        ranked.max().map_or(0, |(_, index)| index)
    }

    fn priority(&mut self, task: TaskId) -> &mut i64 {
        while self.priorities.len() <= task {
            let priority = self.random.below(1 << 30) as i64 + 1;
            self.priorities.push(priority);
        }
        &mut self.priorities[task]
    }
}

/// How many of the candidates, from the first, go next by no accident.
fn n_ready(candidates: &[Candidate]) -> usize {
    candidates
        .iter()
        .filter(|candidate| !candidate.cause.is_accident())
        .count()
}

/// One of the accidents behind the first `n_real` candidates, one time in four.
fn accident(random: &mut Random, candidates: &[Candidate], n_real: usize) -> Option<usize> {
    let n_accidents = candidates.len() - n_real;
    (n_accidents > 0 && random.below(4) == 0).then(|| n_real + random.below(n_accidents))
}

/// SplitMix64: Steele, Lea & Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014. Kept here because replay
/// tokens and reports depend on the very sequence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`; the bias of the remainder is below one in 2³² for the small `n` used here.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}
