//! Makes a failing schedule as simple as can be found while the execution still fails the same way.
//!
//! Simple is, in this order: few preemptions, and few of them injected faults (a wake-up without a reason, a weak
//! exchange that fails, a thread that is late); few switches from one thread to another; few operations; few choices
//! that are not the default, each as late as possible. Nothing here is random, so the same schedule is shortened to the
//! same schedule everywhere.
//!
//! Three ways are taken in turn, until none leads any further. Choices are set back to the default, many at once before
//! single ones: Zeller & Hildebrandt, *Simplifying and Isolating Failure-Inducing Input*, IEEE Transactions on Software
//! Engineering 28(2), 2002, but for the subsets only, since their complements hardly ever fail here. The turns of the
//! threads are put in another order, so that one thread's come together: Jalbert & Sen, *A Trace Simplification
//! Technique for Effective Debugging of Concurrent Programs*, FSE 2010. And each choice is changed to another, alone or
//! in exchange for one that is set back, which is slower and finds what the others leave. Choices are named by whose
//! turn it was (see `runtime::scheduler::guided`), so that the others keep their meaning when one of them changes.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use super::running::{Value, erased, run, typed};
use super::schedule;
use super::{Execution, Settings};
use super::{Schedule, Spawns};
use crate::runtime::scheduler::guided::{Guided, Log, Moment, Pick, Plan, Point};
use crate::runtime::scheduler::{Choice, Prefix, Scheduler, Strategy};

/// What became of a failing schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortened {
    /// The simplest schedule that was found to fail the same way: the given one, where none is simpler.
    pub schedule: Schedule,
    /// How simple the given execution was; `None` where it did not fail the same way when it was run again.
    pub before: Option<Size>,
    /// How simple the execution of `schedule` is; `None` as `before`.
    pub after: Option<Size>,
    /// How many executions were run.
    pub executions: u64,
}

/// How simple an execution is; the smaller the simpler, and what stands first counts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// The preemptions, injected faults included.
    pub preemptions: u32,
    /// How many of them are injected faults: wake-ups and failures without a reason, and late threads.
    pub injected_faults: u32,
    /// How often another thread went on than the one before.
    pub switches: u32,
    /// The operations of all threads.
    pub operations: u64,
    /// The choices that are not the default.
    pub non_default: usize,
}

/// Looks for the simplest schedule that fails like `schedule`, in at most `budget` executions of `body`.
///
/// `still_fails` is asked about executions without events, as the visitor of [`explore`](super::explore) is. Where it
/// says no to the execution of `schedule` itself, that depends on something other than its schedule, and nothing is
/// shortened.
///
/// # Panics
///
/// If an execution is already under way on this operating-system thread.
pub fn shorten<T: 'static>(
    settings: &Settings,
    body: &Rc<dyn Fn() -> T>,
    schedule: &Schedule,
    budget: u64,
    mut still_fails: impl FnMut(Execution<T>) -> bool,
) -> Shortened {
    let mut still_fails = |execution: Execution<Box<dyn Any>>| still_fails(typed(execution));
    let shortening = Shortening {
        settings,
        body: &erased(body),
        still_fails: &mut still_fails,
        budget,
        executions: 0,
        spawns: schedule.spawns,
        tried: HashSet::new(),
    };
    shortening.shorten(schedule)
}

/// An execution that fails as it should.
struct Failing {
    size: Size,
    choices: Rc<[Choice]>,
    points: Vec<Point>,
    order: Vec<Pick>,
}

/// The non-default choices of an execution, in their order.
type Wishes = Vec<(Moment, Pick)>;

impl Failing {
    /// What makes it what it is.
    fn wishes(&self) -> Wishes {
        let made = self.points.iter().zip(&*self.choices);
        made.filter(|(_, choice)| choice.chosen != 0)
            .map(|(point, choice)| (point.moment, point.picks[usize::from(choice.chosen)]))
            .collect()
    }

    /// The turns of each thread from where it goes on to where another one does.
    fn stretches(&self) -> Vec<&[Pick]> {
        self.order.chunk_by(|one, next| one.task() == next.task()).collect()
    }

    fn is_simpler_than(&self, other: &Self) -> bool {
        let order = self.size.cmp(&other.size);
        order
            .then_with(|| numbers(&self.choices).cmp(numbers(&other.choices)))
            .is_lt()
    }
}

fn numbers(choices: &[Choice]) -> impl Iterator<Item = u16> {
    choices.iter().map(|choice| choice.chosen)
}

struct Shortening<'a> {
    settings: &'a Settings,
    body: &'a Rc<dyn Fn() -> Value>,
    still_fails: &'a mut dyn FnMut(Execution<Value>) -> bool,
    budget: u64,
    executions: u64,
    spawns: Spawns,
    /// Every plan that was tried.
    tried: HashSet<Plan>,
}

impl Shortening<'_> {
    fn shorten(mut self, schedule: &Schedule) -> Shortened {
        let (given, execution) = self.run(schedule::prefix(schedule), Plan::default());
        let fails = (self.still_fails)(execution);
        let before = fails.then_some(given.size);
        let mut best = given;
        if fails {
            self.tried.insert(Plan::of(best.wishes()));
            while self.set_back(&mut best) || self.rearrange(&mut best) || self.exchange(&mut best) {}
        }
        Shortened {
            schedule: if fails {
                schedule::of(&best.choices, self.spawns)
            } else {
                schedule.clone()
            },
            before,
            after: fails.then_some(best.size),
            executions: self.executions,
        }
    }

    /// Sets choices back to the default, half of them at once at first. Returns whether that made `best` simpler.
    fn set_back(&mut self, best: &mut Failing) -> bool {
        let mut is_simpler = false;
        let mut n_at_once = best.wishes().len();
        while n_at_once > 0 {
            let mut start = 0;
            while start < best.wishes().len() {
                let mut wishes = best.wishes();
                wishes.drain(start..wishes.len().min(start + n_at_once));
                if self.attempt(best, Plan::of(wishes)) {
                    is_simpler = true;
                } else {
                    start += n_at_once;
                }
            }
            n_at_once /= 2;
        }
        is_simpler
    }

    /// Puts the turns of a thread right after those that it had before, or right before those that it has next, or
    /// changes places with those of its neighbour. Returns whether that made `best` simpler.
    fn rearrange(&mut self, best: &mut Failing) -> bool {
        let mut is_simpler = false;
        let mut index = 0;
        while index < best.stretches().len() {
            let stretches = best.stretches();
            let task = |other: &&[Pick]| other[0].task() == stretches[index][0].task();
            let before = stretches[..index].iter().rposition(task).map(|before| before + 1);
            let after = stretches[index + 1..].iter().position(task).map(|after| index + after);
            let places = [before, after, (index + 1 < stretches.len()).then_some(index + 1)];
            let moved = |place: usize| {
                let mut stretches = stretches.clone();
                let stretch = stretches.remove(index);
                stretches.insert(place, stretch);
                stretches.concat()
            };
            let orders: Vec<Vec<Pick>> = places.into_iter().flatten().map(moved).collect();
            let outcomes = |(_, pick): &(Moment, Pick)| pick.task().is_none();
            let wishes: Wishes = best.wishes().into_iter().filter(outcomes).collect();
            let mut is_better = false;
            for order in orders {
                let plan = Plan {
                    order: order.into(),
                    wishes: wishes.clone(),
                };
                is_better = is_better || self.attempt(best, plan);
            }
            is_simpler |= is_better;
            index += 1;
        }
        is_simpler
    }

    /// Takes another option at one point, alone or in exchange for a non-default choice that is set back. Returns
    /// whether that made `best` simpler.
    fn exchange(&mut self, best: &mut Failing) -> bool {
        let mut is_simpler = false;
        // What is set back: nothing, or one of the non-default choices.
        let mut set_back = 0;
        while set_back <= best.wishes().len() {
            let mut index = 0;
            while index < best.points.len() {
                let options = 0..best.points[index].picks.len();
                for option in options {
                    // The size of `best` may have changed.
                    if index < best.points.len() && set_back <= best.wishes().len() {
                        is_simpler |= self.take_other(best, index, option, set_back.checked_sub(1));
                    }
                }
                index += 1;
            }
            set_back += 1;
        }
        is_simpler
    }

    /// Takes `option` at the point with number `index`, and the default at the non-default choice with number
    /// `set_back`.
    fn take_other(&mut self, best: &mut Failing, index: usize, option: usize, set_back: Option<usize>) -> bool {
        let (point, choice) = (&best.points[index], best.choices[index]);
        let (Some(pick), false) = (point.picks.get(option), usize::from(choice.chosen) == option) else {
            return false;
        };
        let mut wishes = best.wishes();
        let non_default = best.choices.iter().filter(|choice| choice.chosen != 0);
        let gone = set_back.and_then(|set_back| {
            wishes.remove(set_back);
            non_default.clone().nth(set_back)
        });
        // What would have more preemptions, as far as can be told, is not worth an execution.
        let costs = |option: usize, free: u16| u32::from(option >= usize::from(free));
        let saved =
            gone.map_or(0, |gone| costs(gone.chosen.into(), gone.free)) + costs(choice.chosen.into(), choice.free);
        if costs(option, choice.free) > saved {
            return false;
        }
        wishes.retain(|(moment, _)| *moment != point.moment);
        if option != 0 {
            wishes.push((point.moment, *pick));
            let order = |moment| best.points.iter().position(|point| point.moment == moment);
            wishes.sort_by_key(|(moment, _)| order(*moment));
        }
        self.attempt(best, Plan::of(wishes))
    }

    /// Runs what `plan` makes. If it fails the same way and is simpler than `best`, it takes its place.
    fn attempt(&mut self, best: &mut Failing, plan: Plan) -> bool {
        if self.executions >= self.budget || !self.tried.insert(plan.clone()) {
            return false;
        }
        let (ran, execution) = self.run(Prefix::default(), plan);
        let is_better = ran.is_simpler_than(best) && (self.still_fails)(execution);
        if is_better {
            self.tried.insert(Plan::of(ran.wishes()));
            *best = ran;
        }
        is_better
    }

    fn run(&mut self, prefix: Prefix, plan: Plan) -> (Failing, Execution<Value>) {
        self.executions += 1;
        let log = Rc::new(RefCell::new(Log::default()));
        let guided = Guided::new(plan, Rc::clone(&log));
        let scheduler = Scheduler::new(prefix, Strategy::Guided(guided)).with_spawns(self.spawns);
        let ran = run(self.settings, self.body, scheduler, None);
        let Log {
            points,
            order,
            switches,
        } = log.take();
        let threads = ran.execution.trace.threads.iter();
        let is_injected_fault = |(point, choice): (&Point, &Choice)| match point.picks[usize::from(choice.chosen)] {
            Pick::Outcome(_) => choice.is_preemption(),
            pick => pick.is_injected_fault(),
        };
        let made = points.iter().zip(&*ran.choices);
        let size = Size {
            preemptions: ran.execution.preemptions,
            injected_faults: made.filter(|made| is_injected_fault(*made)).count() as u32,
            switches,
            operations: threads.map(|thread| thread.operations).sum(),
            non_default: ran.choices.iter().filter(|choice| choice.chosen != 0).count(),
        };
        let choices = ran.choices.into();
        let failing = Failing {
            size,
            choices,
            points,
            order,
        };
        (failing, ran.execution)
    }
}

impl Plan {
    fn of(wishes: Wishes) -> Self {
        Self {
            wishes,
            ..Self::default()
        }
    }
}
