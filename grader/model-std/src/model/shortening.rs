//! Searches for the simplest schedule whose execution fails the same way as a given one.
//!
//! The simpler of two executions is the one with fewer preemptions; if these are equal, with fewer injected faults
//! (spurious wake-ups, spurious failures of weak compare-exchanges, late threads, stale reads); then with fewer
//! switches between threads; then with fewer operations; then with fewer non-default choices; and then with later ones.
//! Nothing here is random, so shortening a schedule always gives the same result.
//!
//! Three methods alternate until none of them makes the execution simpler:
//!
//! * Resetting choices to the default, many at once at first: Zeller & Hildebrandt, *Simplifying and Isolating
//!   Failure-Inducing Input*, IEEE Transactions on Software Engineering 28(2), 2002. Departs from the paper in one
//!   point: complements of subsets are not tried, because they hardly ever fail here.
//! * Reordering the turns, so that the turns of one thread come together: Jalbert & Sen, *A Trace Simplification
//!   Technique for Effective Debugging of Concurrent Programs*, FSE 2010.
//! * Changing each choice to another one, alone or together with resetting a non-default one. That is slower, and finds
//!   what the other two miss.
//!
//! Shortening has a budget of executions and one of work, so it takes about as long for a failure of a million
//! operations as for a short one. Work is counted in steps, not in time, so that the result is the same everywhere.
//!
//! A choice is identified by the thread whose turn it was (see `runtime::scheduler::guided`), so that the others keep
//! their meaning when one of them changes.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use super::running::{Value, erased, run, typed};
use super::schedule;
use super::statics::Alone;
use super::{Execution, Schedule, Settings};
use crate::runtime::scheduler::guided::{ChoicePoint, Guided, Log, LoggedChoice, PartialSchedule, Pick};
use crate::runtime::scheduler::{Choice, OptionalChoices, Prefix, Strategy};

/// The most work: operations that were performed, and turns of a partial schedule that were put together or looked
/// through. It takes some tenths of a second.
const MAX_WORK: u64 = 2_000_000;

/// The result of shortening a failing schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortened {
    /// The simplest schedule that was found to fail the same way; the given one if none is simpler.
    pub schedule: Schedule,
    /// The size of the given execution; `None` if it did not fail the same way when it was run again.
    pub before: Option<Size>,
    /// The size of the execution of `schedule`; `None` if `before` is.
    pub after: Option<Size>,
    /// How many executions were run.
    pub executions: u64,
}

/// The size of an execution. The smaller of two is simpler; the fields are compared in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// How many preemptions it has, including injected faults.
    pub preemptions: u32,
    /// How many of them are injected faults.
    pub injected_faults: u32,
    /// How often the next turn went to another thread.
    pub switches: u32,
    /// How many operations all threads performed.
    pub operations: u64,
    /// How many choices were not the default.
    pub non_default: usize,
}

/// Looks for the simplest schedule that fails like `schedule`, in at most `budget` executions of `body`. There are
/// fewer if they are long, but always one of `schedule` itself. The result has been replayed, and failed again.
///
/// `still_fails` gets executions without events, like the visitor of [`explore`](super::explore). If it says no to the
/// execution of `schedule` itself, that execution depends on something other than its schedule, and nothing is
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
    let _alone = settings.fresh_statics.then(Alone::new);
    let mut still_fails = |execution: Execution<Box<dyn Any>>| still_fails(typed(execution));
    let shortening = Shortening {
        settings,
        body: &erased(body),
        still_fails: &mut still_fails,
        budget,
        executions: 0,
        work: 0,
        given: schedule,
        tried: HashSet::new(),
    };
    shortening.shorten()
}

/// An execution that fails in the given way.
struct Failing {
    size: Size,
    choices: Rc<[Choice]>,
    logged: Vec<LoggedChoice>,
    order: Vec<Pick>,
}

/// The non-default choices of an execution, in their order.
type NonDefault = Vec<(ChoicePoint, Pick)>;

impl Failing {
    /// Its non-default choices, which determine it.
    fn non_default(&self) -> NonDefault {
        let made = self.logged.iter().zip(&*self.choices);
        made.filter(|(_, choice)| choice.chosen != 0)
            .map(|(logged, choice)| (logged.point, logged.picks[usize::from(choice.chosen)]))
            .collect()
    }

    /// The order of turns, split where the thread changes.
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
    work: u64,
    given: &'a Schedule,
    /// A hash of every partial schedule that was tried. The schedules of long executions would take too much memory.
    tried: HashSet<u64>,
}

impl Shortening<'_> {
    fn shorten(mut self) -> Shortened {
        let (failing, execution) = self.run(schedule::prefix(self.given), PartialSchedule::default());
        let before = (self.still_fails)(execution).then_some(failing.size);
        let mut shortened = Shortened {
            schedule: self.given.clone(),
            before,
            after: before,
            executions: 0,
        };
        if before.is_some() {
            let mut best = failing;
            self.note_tried(&PartialSchedule::of(best.non_default()));
            while self.reset(&mut best) || self.reorder(&mut best) || self.exchange(&mut best) {}
            let simplest = schedule::of(&best.choices, OptionalChoices::of(self.given));
            // An execution may depend on those before it, on what a body has changed outside the model.
            if simplest == *self.given || self.executions < self.budget && self.fails_in_a_replay(&simplest) {
                (shortened.schedule, shortened.after) = (simplest, Some(best.size));
            }
        }
        Shortened {
            executions: self.executions,
            ..shortened
        }
    }

    fn fails_in_a_replay(&mut self, schedule: &Schedule) -> bool {
        self.executions += 1;
        // Where no stale read is left, the schedule is one of sequentially consistent memory.
        let scheduler = schedule::scheduler(schedule, schedule::prefix(schedule), Strategy::NonPreemptive);
        let ran = run(self.settings, self.body, scheduler, None);
        (self.still_fails)(ran.execution)
    }

    /// Whether no other execution may be run, except for the last one, which replays the result.
    fn is_spent(&self) -> bool {
        self.executions + 1 >= self.budget || self.work >= MAX_WORK
    }

    /// Notes that `partial` is tried. Returns whether it is new.
    fn note_tried(&mut self, partial: &PartialSchedule) -> bool {
        self.work += (partial.order.len() + partial.choices.len()) as u64;
        let mut hasher = DefaultHasher::new();
        partial.hash(&mut hasher);
        self.tried.insert(hasher.finish())
    }

    /// Resets choices to the default: all of them at once, then half of them, and so on. Returns whether that made
    /// `best` simpler.
    fn reset(&mut self, best: &mut Failing) -> bool {
        let mut is_simpler = false;
        let mut n_at_once = best.non_default().len();
        while n_at_once > 0 {
            let mut start = 0;
            while start < best.size.non_default && !self.is_spent() {
                let mut choices = best.non_default();
                choices.drain(start..choices.len().min(start + n_at_once));
                if self.attempt(best, PartialSchedule::of(choices)) {
                    is_simpler = true;
                } else {
                    start += n_at_once;
                }
            }
            n_at_once /= 2;
        }
        is_simpler
    }

    /// Moves each stretch of turns right behind the previous stretch of the same thread, or right before its next one,
    /// or swaps it with the stretch that follows. Returns whether that made `best` simpler.
    fn reorder(&mut self, best: &mut Failing) -> bool {
        let mut is_simpler = false;
        let mut index = 0;
        while !self.is_spent() {
            let stretches = best.stretches();
            if index >= stretches.len() {
                break;
            }
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
            self.work += best.order.len() as u64;
            let outcomes = |(_, pick): &(ChoicePoint, Pick)| pick.task().is_none();
            let choices: NonDefault = best.non_default().into_iter().filter(outcomes).collect();
            let mut is_better = false;
            for order in orders {
                let partial = PartialSchedule {
                    order: order.into(),
                    choices: choices.clone(),
                };
                is_better = is_better || self.attempt(best, partial);
            }
            is_simpler |= is_better;
            index += 1;
        }
        is_simpler
    }

    /// Takes another option at one choice, alone or while resetting a non-default choice. Returns whether that made
    /// `best` simpler.
    fn exchange(&mut self, best: &mut Failing) -> bool {
        let mut is_simpler = false;
        // 0 resets nothing; otherwise one more than the index of a non-default choice.
        let mut reset = 0;
        while reset <= best.size.non_default && !self.is_spent() {
            let mut index = 0;
            while index < best.logged.len() && !self.is_spent() {
                let options = 0..best.logged[index].picks.len();
                for option in options {
                    // The size of `best` may have changed.
                    if index < best.logged.len() && reset <= best.size.non_default {
                        is_simpler |= self.take_other(best, index, option, reset.checked_sub(1));
                    }
                }
                index += 1;
            }
            reset += 1;
        }
        is_simpler
    }

    /// Takes `option` at the choice with this index, and resets the non-default choice with index `reset`.
    fn take_other(&mut self, best: &mut Failing, index: usize, option: usize, reset: Option<usize>) -> bool {
        self.work += 1;
        let (logged, choice) = (&best.logged[index], best.choices[index]);
        if option >= logged.picks.len() || usize::from(choice.chosen) == option {
            return false;
        }
        let is_non_default = |(_, choice): &(usize, &Choice)| choice.chosen != 0;
        let mut non_default = best.choices.iter().enumerate().filter(is_non_default);
        let gone = reset.and_then(|reset| non_default.nth(reset));
        self.work += gone.map_or(0, |(gone, _)| gone as u64 / 16);
        // An option that seems to need more preemptions is not worth an execution.
        let costs = |option: usize, n_non_preemptive: u16| u32::from(option >= usize::from(n_non_preemptive));
        let saved = gone.map_or(0, |(_, gone)| costs(gone.chosen.into(), gone.n_non_preemptive))
            + costs(choice.chosen.into(), choice.n_non_preemptive);
        if costs(option, choice.n_non_preemptive) > saved {
            return false;
        }
        let made = best.logged.iter().zip(&*best.choices).enumerate();
        let pick_at = |(at, (logged, choice)): (usize, (&LoggedChoice, &Choice))| {
            let chosen = match at {
                _ if at == index => option,
                _ if gone.is_some_and(|(gone, _)| gone == at) => 0,
                _ => choice.chosen.into(),
            };
            (chosen != 0).then(|| (logged.point, logged.picks[chosen]))
        };
        let choices = made.filter_map(pick_at).collect();
        self.work += best.logged.len() as u64 / 16;
        self.attempt(best, PartialSchedule::of(choices))
    }

    /// Runs `partial`. If the execution fails the same way and is simpler than `best`, it replaces `best`.
    fn attempt(&mut self, best: &mut Failing, partial: PartialSchedule) -> bool {
        if self.is_spent() || !self.note_tried(&partial) {
            return false;
        }
        let (ran, execution) = self.run(Prefix::default(), partial);
        let is_better = ran.is_simpler_than(best) && (self.still_fails)(execution);
        if is_better {
            self.note_tried(&PartialSchedule::of(ran.non_default()));
            *best = ran;
        }
        is_better
    }

    fn run(&mut self, prefix: Prefix, partial: PartialSchedule) -> (Failing, Execution<Value>) {
        self.executions += 1;
        let log = Rc::new(RefCell::new(Log::default()));
        let guided = Guided::new(partial, Rc::clone(&log));
        let scheduler = schedule::scheduler(self.given, prefix, Strategy::Guided(guided));
        let ran = run(self.settings, self.body, scheduler, None);
        let Log {
            choices: logged,
            order,
            switches,
            looked_through,
        } = log.take();
        self.work += ran.steps + looked_through;
        let threads = ran.execution.trace.threads.iter();
        let is_injected_fault =
            |(logged, choice): (&LoggedChoice, &Choice)| match logged.picks[usize::from(choice.chosen)] {
                Pick::Outcome(_) => choice.is_preemption(),
                pick => pick.is_injected_fault(),
            };
        let made = logged.iter().zip(&*ran.choices);
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
            logged,
            order,
        };
        (failing, ran.execution)
    }
}

impl PartialSchedule {
    fn of(choices: NonDefault) -> Self {
        Self {
            choices,
            ..Self::default()
        }
    }
}
