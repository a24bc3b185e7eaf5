//! The search: which interleavings are run, and in which order.
//!
//! The search uses iterative context bounding: Musuvathi & Qadeer, *Iterative Context Bounding for Systematic Testing
//! of Multithreaded Programs*, PLDI 2007. All executions without a preemption come first, then all with one, and so on.
//! A preemption is a switch away from a thread that could have gone on. So the first failure found has the fewest
//! preemptions. The search is stateless: an execution is identified by its choices, and each alternative to a choice
//! becomes a prefix, which is run from the start at the bound that its preemptions need.
//!
//! Memory is sequentially consistent at first. When an execution asks for an ordering weaker than `SeqCst`, the search
//! starts again and keeps a list of the points where a load could have returned an older value (see
//! `runtime::weak_memory`). After the executions without stale reads, those in which loads do so follow, again by the
//! number of preemptions. A stale read counts as a preemption, but one is within any bound other than 0.
//!
//! The order of spawns and that of accesses to reference counts are no choices at first, either. The search starts
//! again when an execution shows that they matter. Switches after releasing operations (see
//! [`Settings::switch_after_release`]) come next: the search starts again with them, and has what is left of the
//! budget, but at least a quarter of it. In code that is not instrumented, most stale reads need these switches. So
//! there the executions with stale reads come twice: before the switches, and with them.
//!
//! Executions are sampled as well (see `runtime::scheduler`). A random walk follows each of the first executions of the
//! exhaustive part, so that a bug which many interleavings show is found early. After the exhaustive part, the samples
//! use PCT. When the visitor stops at a sample, the search goes on only to executions with fewer preemptions.

use std::collections::HashSet;
use std::ops::{ControlFlow, Range};
use std::rc::Rc;

use super::Execution;
use super::bounds::{Bounds, Pruning};
use super::determinism::difference;
use super::running::{Run, Value, erased, run, typed};
use super::schedule;
use super::settings::Settings;
use super::statics::Alone;
use super::trace::{AtomicAccess, End};
use super::{Counts, Memory, Schedule, Spawns, SwitchAfterRelease, Switches};
use crate::runtime::counts::{CountUses, hooks};
use crate::runtime::recorder::Recorder;
use crate::runtime::scheduler::{
    Choice, ChoiceKind, OptionalChoices, Pct, Prefix, RandomWalk, Scheduler, Strategy, Visited, n_preemptions,
};
use crate::runtime::visibility::{Hashed, History};
use crate::runtime::weak_memory::notes;

/// How many executions are run where several threads compete to be the last owner of an `Arc`. A guess: as many as show
/// both orders of two threads in a small program.
const LAST_OWNER_EXECUTIONS: u64 = 50;

/// In a large program, a tenth of the executions that were run before is added to that. A guess.
const LAST_OWNER_SHARE: u64 = 10;

/// Switches after releasing operations are explored in at least this share of the budget, even if nothing of it is
/// left. A guess.
const SWITCHES_SHARE: u64 = 4;

/// How many steps an execution may have on average, for the budget of steps: with the default bounds they take some
/// seconds all together. Otherwise an exploration of long executions would take minutes.
const STEPS_OF_AN_EXECUTION: u64 = 1_000;

/// Executions with stale reads count as at most this many in the budget of steps. There are many only in programs whose
/// executions are short. A guess.
const STALE_IN_BUDGET: u64 = 2_000;

/// The most random choices in a sample.
const MAX_RANDOM_CHOICES: u64 = 10_000;

/// What an exploration covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// How many executions were run.
    pub executions: u64,
    /// How many of them were sampled.
    pub random: u64,
    /// How many of the others had a load that returned an older value than the newest.
    pub stale: u64,
    /// How many of the executions are different interleavings. Two executions are the same interleaving if they differ
    /// only in the order of operations that commute: operations of different threads on different objects, and
    /// operations that leave an object as it is, such as loads.
    pub distinct: u64,
    /// The highest bound on preemptions that was begun.
    pub preemption_bound: u32,
    /// Whether all executions within that bound were run, apart from those with switches after releasing operations.
    /// Those with stale reads count. That leaves out what is no operation, whatever the bound: switches between
    /// accesses to plain memory (`UnsafeCell`, `static mut`).
    pub complete: bool,
    /// The execution at which the visitor stopped the exploration, if it did.
    pub stopped: Option<Stopped>,
    /// The accesses with an ordering weaker than `SeqCst`, in the order of the source.
    pub weak_orderings: Vec<AtomicAccess>,
    /// Whether the order of spawns became a choice.
    pub spawns: Spawns,
    /// Whether accesses to reference counts became scheduling points.
    pub counts: Counts,
    /// The loads that could have returned an older value, in the order of the source. None if [`Settings::stale_reads`]
    /// is 0.
    pub stale_loads: Vec<AtomicAccess>,
}

/// The execution at which the visitor stopped an exploration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Its choices.
    pub schedule: Schedule,
    /// How many preemptions it has.
    pub preemptions: u32,
    /// How many executions had been run when the visitor first said to stop, at this execution or at a sampled one with
    /// more preemptions.
    pub found_after: u64,
}

/// Runs `body` under every interleaving within `bounds`, and calls `visit` with each execution until it says to stop.
///
/// When `visit` stops at a sampled execution, the search goes on with the remaining executions that have fewer
/// preemptions, and `visit` may stop again. [`Coverage::stopped`] is the execution at which it stopped last.
///
/// Each execution starts afresh: `body` creates the objects that it uses, or finds them in statics. If it captures a
/// modelled object instead, the bytes of that object are restored before each execution. So the object must not own
/// memory (a `Mutex<Vec<_>>` must be empty).
///
/// The first schedule is run twice, and later executions repeat the choices of earlier ones. If two executions differ
/// where their choices are the same, the program depends on something that is not modelled, and `visit` gets an
/// execution that ended as [`End::Nondeterministic`].
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
    explore_erased(bounds, settings, &erased(body), None, &mut |execution| {
        visit(typed(execution))
    })
}

fn explore_erased(
    bounds: &Bounds,
    settings: &Settings,
    body: &Rc<dyn Fn() -> Value>,
    beginning: Option<&Schedule>,
    visit: &mut dyn FnMut(Execution<Value>) -> ControlFlow<()>,
) -> Coverage {
    let _alone = settings.fresh_statics.then(Alone::new);
    // Drops the notes of earlier replays.
    notes::take();
    let visited = (bounds.pruning == Pruning::Visited).then(Visited::default);
    let mut search = Search {
        settings,
        body,
        visit,
        beginning: beginning.map_or_else(Prefix::default, schedule::prefix),
        preemptions_before: 0,
        may_restart: beginning.is_none(),
        visited,
        coverage: Coverage::new(),
        histories: HashSet::default(),
        steps: 0,
        most_choices: 0,
        optional: beginning.map_or_else(OptionalChoices::default, OptionalChoices::of),
        spawns_overlap: false,
        count_uses: CountUses::default(),
        memory: beginning.map_or(Memory::Sequential, |beginning| beginning.memory),
        may_be_weak: settings.stale_reads > 0 && bounds.preemptions > 0,
        stale: Vec::new(),
    };
    if let ControlFlow::Continue(first) = search.verify_determinism()
        && search.exhaust(bounds, first).is_continue()
        && search.sample_by_pct(bounds).is_continue()
        && search.exhaust_stale(bounds).is_continue()
    {
        search.sample_stale(bounds);
    }
    let mut coverage = search.coverage;
    coverage.distinct = search.histories.len() as u64;
    (coverage.weak_orderings, coverage.stale_loads) = notes::take();
    coverage
}

/// As [`explore`], for the executions that begin with the choices of `beginning`, and have choices at the same points.
/// Default choices at its end are choices as well.
///
/// The bound on preemptions is for those after the beginning. [`Stopped::schedule`] has every choice, also default ones
/// at the end. If the program does not fit `beginning`, `visit` gets an execution that ended as
/// [`End::Nondeterministic`].
///
/// # Panics
///
/// If an execution is already under way on this operating-system thread.
pub fn explore_from<T: 'static>(
    bounds: &Bounds,
    settings: &Settings,
    body: &Rc<dyn Fn() -> T>,
    beginning: &Schedule,
    mut visit: impl FnMut(Execution<T>) -> ControlFlow<()>,
) -> Coverage {
    explore_erased(bounds, settings, &erased(body), Some(beginning), &mut |execution| {
        visit(typed(execution))
    })
}

/// Runs `body` once under `schedule`, and records every operation.
///
/// An execution that does not fit the schedule ends as [`End::Nondeterministic`].
///
/// # Panics
///
/// If an execution is already under way on this operating-system thread.
pub fn replay<T: 'static>(settings: &Settings, body: &Rc<dyn Fn() -> T>, schedule: &Schedule) -> Execution<T> {
    let _alone = settings.fresh_statics.then(Alone::new);
    let scheduler = schedule::scheduler(schedule, schedule::prefix(schedule), Strategy::NonPreemptive);
    let ran = run(settings, &erased(body), scheduler, Some(Recorder::with_calls()));
    let mut execution = ran.execution;
    if let Some(recorder) = ran.recorder {
        recorder.write_to(&mut execution.trace);
    }
    typed(execution)
}

struct Search<'a> {
    settings: &'a Settings,
    body: &'a Rc<dyn Fn() -> Value>,
    visit: &'a mut dyn FnMut(Execution<Value>) -> ControlFlow<()>,
    /// The choices that every execution begins with.
    beginning: Prefix,
    /// How many preemptions it has.
    preemptions_before: u32,
    /// Whether the search may start again with more choices. With a beginning it may not: its choices would mean others
    /// then.
    may_restart: bool,
    /// The states whose alternatives are known; `None` without pruning.
    visited: Option<Visited>,
    coverage: Coverage,
    /// The histories of the executions so far.
    histories: HashSet<History, Hashed>,
    /// The steps of all executions so far.
    steps: u64,
    /// The most choices in any execution so far.
    most_choices: usize,
    optional: OptionalChoices,
    /// Whether an execution has shown that the order of spawns has to be a choice.
    spawns_overlap: bool,
    /// What executions have shown about reference counts.
    count_uses: CountUses,
    /// Whether the points where a load could return an older value are choices of the exhaustive part.
    memory: Memory,
    /// Whether they may become choices.
    may_be_weak: bool,
    /// The prefixes that end with the first stale read of an execution, by the number of preemptions. They are run
    /// after the others that have the same optional choices.
    stale: Vec<Vec<Prefix>>,
}

impl Search<'_> {
    /// Runs the first schedule twice. Returns the second execution for the exhaustive part, if the two are equal.
    fn verify_determinism(&mut self) -> ControlFlow<(), Option<Run>> {
        let record = |scheduler| run(self.settings, self.body, scheduler, Some(Recorder::for_comparison()));
        let mut first = record(
            Scheduler::new(self.beginning.clone(), Strategy::NonPreemptive)
                .with_choices(self.optional)
                .with_memory(self.memory),
        );
        if matches!(first.execution.trace.end, End::EndlessLoop { .. }) {
            // It takes as long as thousands of executions, and the visitor will hardly go on.
            return ControlFlow::Continue(Some(first));
        }
        // What is left of it would be in the way of the second one, which would have other addresses.
        first.execution.value = None;
        let mut second = record(self.exhaustive(self.beginning.clone()));
        let Some(difference) = difference(first, &mut second) else {
            return ControlFlow::Continue(Some(second));
        };
        second.execution.trace.end = End::Nondeterministic(difference);
        self.count(second.steps, second.history);
        self.show(&second.choices, second.execution)?;
        self.forget_visited();
        ControlFlow::Continue(None)
    }

    fn forget_visited(&self) {
        if let Some(visited) = &self.visited {
            visited.borrow_mut().clear();
        }
    }

    /// A scheduler that follows `prefix`, and then makes the default choices.
    fn exhaustive(&self, prefix: Prefix) -> Box<Scheduler> {
        let scheduler = Scheduler::new(prefix, Strategy::NonPreemptive)
            .with_choices(self.optional)
            .with_memory(self.memory);
        match &self.visited {
            Some(visited) => scheduler.pruning(Rc::clone(visited)),
            None => scheduler,
        }
    }

    /// Runs the exhaustive part within `bounds`. `first`, if there is one, has already been run. The stale reads that
    /// it finds are left for [`Search::exhaust_stale`], except for those that have to come before switches after
    /// releasing operations.
    fn exhaust(&mut self, bounds: &Bounds, first: Option<Run>) -> ControlFlow<()> {
        self.exhaust_as_needed(bounds, first)?;
        if !self.may_restart {
            return ControlFlow::Continue(());
        }
        self.exhaust_last_owners(bounds)?;
        self.exhaust_with_switches_after_release(bounds)
    }

    /// Explores, and starts again when more has to become a choice.
    fn exhaust_as_needed(&mut self, bounds: &Bounds, first: Option<Run>) -> ControlFlow<()> {
        let mut first = first;
        loop {
            if self.needs_more_choices() {
                self.restart();
                first = None;
            }
            self.exhaust_with(bounds, first.take())?;
            if !self.needs_more_choices() {
                return ControlFlow::Continue(());
            }
        }
    }

    /// Whether an execution has shown that there are more choices.
    fn needs_more_choices(&self) -> bool {
        self.may_restart && (self.has_to_choose_spawns() || self.has_to_choose_counts() || self.has_to_choose_values())
    }

    /// Whether the order of spawns has to become a choice.
    fn has_to_choose_spawns(&self) -> bool {
        self.spawns_overlap && self.optional.spawns == Spawns::Invisible
    }

    /// Whether the order of accesses to reference counts has to become a choice.
    fn has_to_choose_counts(&self) -> bool {
        self.count_uses.matter && self.optional.counts == Counts::Invisible
    }

    /// Whether the values that loads return have to become choices.
    fn has_to_choose_values(&self) -> bool {
        self.may_be_weak && self.memory == Memory::Sequential && notes::any_is_weak()
    }

    fn restart(&mut self) {
        if self.has_to_choose_spawns() {
            self.optional.spawns = Spawns::Chosen;
            self.coverage.spawns = Spawns::Chosen;
        }
        if self.has_to_choose_counts() {
            self.optional.counts = Counts::Chosen;
            self.coverage.counts = Counts::Chosen;
        }
        if self.has_to_choose_values() {
            self.memory = Memory::Weak;
        }
        self.stale.clear();
        self.forget_visited();
    }

    /// Where several threads compete to be the last owner of an `Arc`, runs some executions with reference counts as
    /// scheduling points. The compiled code of `Arc::into_inner` uses a count as a drop does, so only what the program
    /// does next shows that it makes a difference which thread is the last.
    fn exhaust_last_owners(&mut self, bounds: &Bounds) -> ControlFlow<()> {
        if self.optional.counts == Counts::Chosen || !self.count_uses.last_owner_varies {
            return ControlFlow::Continue(());
        }
        let more = LAST_OWNER_EXECUTIONS + self.n_exhaustive() / LAST_OWNER_SHARE;
        let optional = OptionalChoices {
            counts: Counts::Chosen,
            ..self.optional
        };
        self.exhaust_sequentially(bounds, optional, more)
    }

    /// Explores again with switches after releasing operations, if the settings ask for it. The executions without them
    /// come first, because they are fewer.
    fn exhaust_with_switches_after_release(&mut self, bounds: &Bounds) -> ControlFlow<()> {
        let is_instrumented = hooks::are_called();
        let is_wanted = match self.settings.switch_after_release {
            SwitchAfterRelease::Always => true,
            SwitchAfterRelease::Uninstrumented => !is_instrumented,
            SwitchAfterRelease::Never => false,
        };
        if !is_wanted {
            return ControlFlow::Continue(());
        }
        let with_switches = OptionalChoices {
            switches: Switches::BeforeAndAfter,
            ..self.optional
        };
        if is_instrumented {
            // The switches are only for plain memory, so they are not combined with stale reads and samples.
            let more = self.budget_of_switches(bounds);
            return self.exhaust_sequentially(bounds, with_switches, more);
        }
        // Most loads are stale only with these switches. The others come first, because the coverage is about them.
        self.exhaust_stale(bounds)?;
        self.stale.clear();
        self.optional = with_switches;
        let more = self.budget_of_switches(bounds);
        self.exhaust_further(bounds, more)
    }

    /// How many executions are run with switches after releasing operations.
    fn budget_of_switches(&self, bounds: &Bounds) -> u64 {
        let left = bounds.executions.saturating_sub(self.n_exhaustive());
        left.max(bounds.executions / SWITCHES_SHARE)
    }

    /// Explores from the start with these choices, in at most `more` executions, in which all loads return the newest
    /// value. Stale reads belong to the executions before.
    fn exhaust_sequentially(&mut self, bounds: &Bounds, optional: OptionalChoices, more: u64) -> ControlFlow<()> {
        let weak = (self.memory, self.may_be_weak, std::mem::take(&mut self.stale));
        (self.memory, self.may_be_weak) = (Memory::Sequential, false);
        let before = std::mem::replace(&mut self.optional, optional);
        let flow = self.exhaust_further(bounds, more);
        // The prefixes with stale reads have only the choices of before.
        self.optional = before;
        (self.memory, self.may_be_weak, self.stale) = weak;
        flow
    }

    /// Explores from the start, in at most `more` executions. The coverage is still that of what was explored before.
    fn exhaust_further(&mut self, bounds: &Bounds, more: u64) -> ControlFlow<()> {
        let (preemption_bound, complete) = (self.coverage.preemption_bound, self.coverage.complete);
        let bounds = Bounds {
            executions: self.n_exhaustive() + more,
            random: 0,
            ..*bounds
        };
        self.forget_visited();
        let flow = self.exhaust_as_needed(&bounds, None);
        self.forget_visited();
        self.coverage.preemption_bound = preemption_bound;
        self.coverage.complete = complete && self.coverage.stopped.is_none();
        flow
    }

    /// As [`Search::exhaust`], but returns early when an execution shows that there are more choices.
    fn exhaust_with(&mut self, bounds: &Bounds, mut first: Option<Run>) -> ControlFlow<()> {
        let mut prefixes = vec![self.beginning.clone()];
        for bound in 0..=bounds.preemptions {
            self.coverage.preemption_bound = bound;
            let mut next_bound = Vec::new();
            // The prefixes that were found at the bound before are run in the order in which they were found.
            prefixes.reverse();
            while let Some(prefix) = prefixes.pop() {
                if self.is_simplest(bound) || !self.may_go_on(bounds) {
                    return self.stopped();
                }
                let n_determined = prefix.len();
                let (choices, n_unvisited) = self.run(prefix, first.take())?;
                if n_determined == self.beginning.len() {
                    self.preemptions_before = n_preemptions(&choices[..n_determined.min(choices.len())]);
                }
                if self.needs_more_choices() {
                    return ControlFlow::Continue(());
                }
                let n_left = affordable(bounds.executions, self.n_exhaustive());
                let n_stale_left = affordable(bounds.stale_executions, self.n_stale_prefixes());
                let stale = at_bound(&mut self.stale, bound + 1);
                let mut found = Alternatives {
                    same_bound: &mut prefixes,
                    next_bound: &mut next_bound,
                    n_next: if bound < bounds.preemptions { n_left } else { 0 },
                    n_stale: stale.len().saturating_add(n_stale_left),
                    stale,
                };
                found.add(choices, n_determined..n_unvisited);
                if self.coverage.random < bounds.random / 2 && self.stopped().is_continue() {
                    self.sample_by_random_walk(bounds);
                }
            }
            prefixes = next_bound;
        }
        self.coverage.complete = self.coverage.stopped.is_none();
        self.stopped()
    }

    /// Runs the executions with stale reads within `bounds`. Each has at most as many preemptions as the bound says,
    /// not counting its first stale read. None is left where `bounds` allow no preemption.
    fn exhaust_stale(&mut self, bounds: &Bounds) -> ControlFlow<()> {
        let mut next_bound = Vec::new();
        for bound in 1..=bounds.preemptions + 1 {
            let mut prefixes = std::mem::take(at_bound(&mut self.stale, bound));
            prefixes.append(&mut next_bound);
            prefixes.reverse();
            while let Some(prefix) = prefixes.pop() {
                if self.coverage.stale >= bounds.stale_executions || !self.has_steps_left(bounds) {
                    self.coverage.complete &= self.optional.switches == Switches::BeforeAndAfter;
                    return ControlFlow::Continue(());
                }
                let n_determined = prefix.len();
                self.coverage.stale += 1;
                let (choices, n_unvisited) = self.run(prefix, None)?;
                let n_left = affordable(bounds.stale_executions, self.coverage.stale);
                let mut stale_too = Vec::new();
                let mut found = Alternatives {
                    same_bound: &mut prefixes,
                    next_bound: &mut next_bound,
                    n_next: if bound <= bounds.preemptions { n_left } else { 0 },
                    stale: &mut stale_too,
                    n_stale: if bound <= bounds.preemptions { n_left } else { 0 },
                };
                found.add(choices, n_determined..n_unvisited);
                next_bound.append(&mut stale_too);
            }
        }
        ControlFlow::Continue(())
    }

    /// Runs one execution of the exhaustive part, unless it `has_run` already, and shows it. Returns its choices, and
    /// how many of them were made in new states.
    fn run(&mut self, prefix: Prefix, has_run: Option<Run>) -> ControlFlow<(), (Vec<Choice>, usize)> {
        let ran = has_run.unwrap_or_else(|| run(self.settings, self.body, self.exhaustive(prefix), None));
        self.count(ran.steps, ran.history);
        self.show(&ran.choices, ran.execution)?;
        self.spawns_overlap |= ran.spawns_overlap;
        self.count_uses.add(ran.count_uses);
        ControlFlow::Continue((ran.choices, ran.n_unvisited))
    }

    /// Whether the visitor has stopped at a sample with no more preemptions than the executions that are left.
    fn is_simplest(&self, bound: u32) -> bool {
        let found = self.coverage.stopped.as_ref();
        found.is_some_and(|found| found.preemptions <= self.preemptions_before + bound)
    }

    fn n_stale_prefixes(&self) -> u64 {
        self.stale.iter().map(|prefixes| prefixes.len() as u64).sum()
    }

    /// Whether the budget allows another execution of the exhaustive part.
    fn may_go_on(&self, bounds: &Bounds) -> bool {
        self.n_exhaustive() < bounds.executions && self.has_steps_left(bounds)
    }

    fn has_steps_left(&self, bounds: &Bounds) -> bool {
        let stale = bounds.stale_executions.min(STALE_IN_BUDGET);
        let executions = [bounds.executions, bounds.random, stale];
        let executions = executions.into_iter().fold(0, u64::saturating_add);
        let budget = executions.saturating_mul(STEPS_OF_AN_EXECUTION);
        self.steps < budget.max(self.settings.steps)
    }

    /// How many executions of the exhaustive part were run, without those with stale reads.
    fn n_exhaustive(&self) -> u64 {
        self.coverage.executions - self.coverage.random - self.coverage.stale
    }

    /// Counts an execution.
    fn count(&mut self, steps: u64, history: History) {
        self.coverage.executions += 1;
        self.steps += steps;
        self.histories.insert(history);
    }

    /// Whether the visitor has stopped at a sample.
    fn stopped(&self) -> ControlFlow<()> {
        match self.coverage.stopped {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    }

    /// Samples one execution by a random walk, unless there are no choices.
    fn sample_by_random_walk(&mut self, bounds: &Bounds) {
        if self.most_choices > 0 {
            let walk = RandomWalk::new(self.next_seed(bounds));
            // The coverage says whether the visitor stopped at it.
            let _ = self.sample_by(Strategy::RandomWalk(walk), self.memory_of_samples());
        }
    }

    /// The memory of samples that are not about stale reads.
    fn memory_of_samples(&self) -> Memory {
        if self.may_restart {
            Memory::Sequential
        } else {
            self.memory
        }
    }

    fn sample_by(&mut self, strategy: Strategy, memory: Memory) -> ControlFlow<()> {
        let scheduler = Scheduler::new(self.beginning.clone(), strategy)
            .with_choices(self.optional)
            .with_memory(memory)
            .random_until((self.settings.steps / 4).min(MAX_RANDOM_CHOICES) as usize);
        let ran = run(self.settings, self.body, scheduler, None);
        self.spawns_overlap |= ran.spawns_overlap;
        self.count_uses.add(ran.count_uses);
        self.coverage.random += 1;
        self.count(ran.steps, ran.history);
        self.show(&ran.choices, ran.execution)
    }

    /// The seed of the next sample.
    fn next_seed(&self, bounds: &Bounds) -> u64 {
        bounds
            .seed
            .wrapping_mul(0x0100_0000_01B3)
            .wrapping_add(self.coverage.random)
    }

    fn sample_by_pct(&mut self, bounds: &Bounds) -> ControlFlow<()> {
        while self.most_choices > 0 && self.coverage.random < bounds.random && self.has_steps_left(bounds) {
            let seed = self.next_seed(bounds);
            let pct = Pct::new(seed, self.most_choices as u64, bounds.depth);
            self.sample_by(Strategy::Pct(pct), self.memory_of_samples())?;
        }
        ControlFlow::Continue(())
    }

    /// Samples executions with stale reads by random walk, half as many as others, if a load could have returned an
    /// older value.
    fn sample_stale(&mut self, bounds: &Bounds) {
        let may_be_stale = match self.memory {
            // The exhaustive part has not shown it: its bound is 0, or only a sample used a weak ordering.
            Memory::Sequential => self.may_restart && self.settings.stale_reads > 0 && notes::any_is_weak(),
            Memory::Weak => notes::any_could_be_stale(),
        };
        if !may_be_stale {
            return;
        }
        for _ in 0..bounds.random / 2 {
            if !self.has_steps_left(bounds) {
                return;
            }
            let walk = RandomWalk::new(self.next_seed(bounds));
            if self.sample_by(Strategy::RandomWalk(walk), Memory::Weak).is_break() {
                return;
            }
        }
    }

    /// Calls the visitor with an execution that has these choices.
    fn show(&mut self, choices: &[Choice], execution: Execution<Value>) -> ControlFlow<()> {
        self.most_choices = self.most_choices.max(choices.len());
        let preemptions = execution.preemptions;
        let flow = (self.visit)(execution);
        if flow.is_break() {
            let earlier = self.coverage.stopped.as_ref();
            self.coverage.stopped = Some(Stopped {
                schedule: if self.may_restart {
                    schedule::of(choices, self.optional)
                } else {
                    schedule::with_all(choices, self.optional, self.memory)
                },
                preemptions,
                found_after: earlier.map_or(self.coverage.executions, |earlier| earlier.found_after),
            });
        }
        flow
    }
}

/// The prefixes at `bound`.
fn at_bound(by_bound: &mut Vec<Vec<Prefix>>, bound: u32) -> &mut Vec<Prefix> {
    let bound = bound as usize;
    if by_bound.len() <= bound {
        by_bound.resize_with(bound + 1, Vec::new);
    }
    &mut by_bound[bound]
}

/// How many prefixes to keep where `n_run` of `most` executions were run: as many as the budget allows, and one more,
/// which shows that the search is incomplete.
fn affordable(most: u64, n_run: u64) -> usize {
    most.saturating_sub(n_run).saturating_add(1) as usize
}

/// Where the alternatives to the choices of an execution go.
struct Alternatives<'a> {
    /// Those that cost no preemption.
    same_bound: &'a mut Vec<Prefix>,
    /// Those that cost one preemption more.
    next_bound: &'a mut Vec<Prefix>,
    /// How many prefixes `next_bound` may have.
    n_next: usize,
    /// Those that cost one preemption more because they are stale reads.
    stale: &'a mut Vec<Prefix>,
    /// How many prefixes `stale` may get.
    n_stale: usize,
}

impl Alternatives<'_> {
    /// Adds every alternative to the choices in `range`.
    fn add(&mut self, choices: Vec<Choice>, range: Range<usize>) {
        let wanted = |choice: &Choice| choice.n_non_preemptive > 1 || choice.options > 1 && self.wants(choice.kind);
        if !range.clone().any(|index| wanted(&choices[index])) {
            return;
        }
        let choices: Rc<[Choice]> = choices.into();
        for index in range {
            let choice = choices[index];
            for option in (1..choice.options).rev() {
                let prefix = || Prefix::deviating(&choices, index, option);
                if option < choice.n_non_preemptive {
                    self.same_bound.push(prefix());
                } else if self.wants(choice.kind) {
                    self.costly(choice.kind).push(prefix());
                }
            }
        }
    }

    /// Whether there is room for alternatives to a choice of this kind that cost a preemption.
    fn wants(&self, kind: ChoiceKind) -> bool {
        match kind {
            ChoiceKind::Any => self.next_bound.len() < self.n_next,
            ChoiceKind::Value => self.stale.len() < self.n_stale,
        }
    }

    fn costly(&mut self, kind: ChoiceKind) -> &mut Vec<Prefix> {
        match kind {
            ChoiceKind::Any => self.next_bound,
            ChoiceKind::Value => self.stale,
        }
    }
}

impl Coverage {
    fn new() -> Self {
        Self {
            executions: 0,
            random: 0,
            stale: 0,
            distinct: 0,
            preemption_bound: 0,
            complete: false,
            stopped: None,
            weak_orderings: Vec::new(),
            spawns: Spawns::Invisible,
            counts: Counts::Invisible,
            stale_loads: Vec::new(),
        }
    }
}
