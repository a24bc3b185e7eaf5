//! The search: which interleavings are run, and in which order.
//!
//! The search uses iterative context bounding: Musuvathi & Qadeer, *Iterative Context Bounding for Systematic Testing
//! of Multithreaded Programs*, PLDI 2007. All executions without a preemption come first, then all with one, and so on.
//! A preemption is a switch away from a thread that could have gone on. So the first failure found has the fewest
//! preemptions. The search is stateless: an execution is identified by its choices, and each alternative to a choice
//! becomes a prefix, which is run from the start at the bound that its preemptions need.
//!
//! Executions are sampled as well (see `runtime::scheduler`). A random walk follows each of the first executions of the
//! exhaustive part, so that a bug which many interleavings show is found early. After the exhaustive part, the samples
//! use PCT. When the visitor stops at a sample, the search goes on only to executions with fewer preemptions.

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
use super::{Schedule, Spawns};
use crate::runtime::recorder::Recorder;
use crate::runtime::scheduler::{Choice, Pct, Prefix, RandomWalk, Scheduler, Strategy, Visited};
use crate::runtime::weak_memory::notes;

/// What an exploration covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// How many executions were run.
    pub executions: u64,
    /// How many of them were sampled.
    pub random: u64,
    /// The highest bound on preemptions that was begun.
    pub preemption_bound: u32,
    /// Whether all executions within that bound were run.
    pub complete: bool,
    /// The execution at which the visitor stopped the exploration, if it did.
    pub stopped: Option<Stopped>,
    /// The accesses with an ordering weaker than `SeqCst`, in the order of the source. Sequential consistency does not
    /// decide whether they are right.
    pub weak_orderings: Vec<AtomicAccess>,
    /// The loads that could have returned an older value, in the order of the source. None unless
    /// [`Settings::stale_reads`] allows stale reads.
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
    explore_erased(bounds, settings, &erased(body), &mut |execution| {
        visit(typed(execution))
    })
}

fn explore_erased(
    bounds: &Bounds,
    settings: &Settings,
    body: &Rc<dyn Fn() -> Value>,
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
        visited,
        coverage: Coverage::new(),
        most_choices: 0,
        spawns: Spawns::Invisible,
        spawns_overlap: false,
    };
    if let ControlFlow::Continue(first) = search.verify_determinism()
        && search.exhaust(bounds, first).is_continue()
    {
        search.sample_by_pct(bounds);
    }
    let mut coverage = search.coverage;
    (coverage.weak_orderings, coverage.stale_loads) = notes::take();
    coverage
}

/// Runs `body` once under `schedule`, and records every operation.
///
/// An execution that does not fit the schedule ends as [`End::Nondeterministic`].
///
/// # Panics
///
/// If an execution is already under way on this operating-system thread.
pub fn replay<T: 'static>(settings: &Settings, body: &Rc<dyn Fn() -> T>, schedule: &Schedule) -> Execution<T> {
    let scheduler = Scheduler::new(schedule::prefix(schedule), Strategy::NonPreemptive).with_spawns(schedule.spawns);
    let ran = run(settings, &erased(body), scheduler, Some(Recorder::default()));
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
    /// The states whose alternatives are known; `None` without pruning.
    visited: Option<Visited>,
    coverage: Coverage,
    /// The most choices in any execution so far.
    most_choices: usize,
    spawns: Spawns,
    /// Whether an execution has shown that the order of spawns has to be a choice.
    spawns_overlap: bool,
}

impl Search<'_> {
    /// Runs the first schedule twice. Returns the second execution for the exhaustive part, if the two are equal.
    fn verify_determinism(&mut self) -> ControlFlow<(), Option<Run>> {
        let record = |scheduler| run(self.settings, self.body, scheduler, Some(Recorder::default()));
        let first = record(Scheduler::default());
        if matches!(first.execution.trace.end, End::EndlessLoop { .. }) {
            // It takes as long as thousands of executions, and the visitor will hardly go on.
            return ControlFlow::Continue(Some(first));
        }
        let mut second = record(self.exhaustive(Prefix::default()));
        let Some(difference) = difference(first, &mut second) else {
            return ControlFlow::Continue(Some(second));
        };
        second.execution.trace.end = End::Nondeterministic(difference);
        self.coverage.executions += 1;
        self.show(&second.choices.clone(), second.execution)?;
        self.forget_visited();
        ControlFlow::Continue(None)
    }

    fn forget_visited(&self) {
        if let Some(visited) = &self.visited {
            visited.borrow_mut().clear();
        }
    }

    /// A scheduler that follows `prefix`, and then makes the default choices.
    fn exhaustive(&self, prefix: Prefix) -> Scheduler {
        let scheduler = Scheduler::new(prefix, Strategy::NonPreemptive).with_spawns(self.spawns);
        match &self.visited {
            Some(visited) => scheduler.pruning(Rc::clone(visited)),
            None => scheduler,
        }
    }

    /// Runs the exhaustive part within `bounds`. `first`, if there is one, has already been run.
    fn exhaust(&mut self, bounds: &Bounds, first: Option<Run>) -> ControlFlow<()> {
        let flow = self.exhaust_with(bounds, first);
        if flow.is_break() || !self.has_to_choose_spawns() {
            return flow;
        }
        self.spawns = Spawns::Chosen;
        self.forget_visited();
        self.exhaust_with(bounds, None)
    }

    /// Whether the order of spawns has to become a choice.
    fn has_to_choose_spawns(&self) -> bool {
        self.spawns_overlap && self.spawns == Spawns::Invisible
    }

    /// As [`Search::exhaust`], but returns early when the order of spawns has to become a choice.
    fn exhaust_with(&mut self, bounds: &Bounds, mut first: Option<Run>) -> ControlFlow<()> {
        let mut prefixes = vec![Prefix::default()];
        for bound in 0..=bounds.preemptions {
            self.coverage.preemption_bound = bound;
            let mut next_bound = Vec::new();
            // The prefixes that were found at the bound before are run in the order in which they were found.
            prefixes.reverse();
            while let Some(prefix) = prefixes.pop() {
                let found = self.coverage.stopped.as_ref();
                // The sample at which the visitor stopped has no more preemptions than the executions that are left.
                if found.is_some_and(|found| found.preemptions <= bound) || self.n_exhaustive() >= bounds.executions {
                    return self.stopped();
                }
                let n_determined = prefix.len();
                let ran = first.take();
                let ran = ran.unwrap_or_else(|| run(self.settings, self.body, self.exhaustive(prefix), None));
                let Run {
                    execution,
                    choices,
                    n_unvisited,
                    spawns_overlap,
                    ..
                } = ran;
                self.coverage.executions += 1;
                self.show(&choices, execution)?;
                self.spawns_overlap |= spawns_overlap;
                if self.has_to_choose_spawns() {
                    return ControlFlow::Continue(());
                }
                // Keeps only as many prefixes as the budget allows, and one more, which shows that the search is
                // incomplete.
                let affordable = (bounds.executions - self.n_exhaustive() + 1) as usize;
                let n_wanted = if bound < bounds.preemptions { affordable } else { 0 };
                add_alternatives(
                    choices,
                    n_determined..n_unvisited,
                    &mut prefixes,
                    (&mut next_bound, n_wanted),
                );
                if self.coverage.random < bounds.random / 2 && self.stopped().is_continue() {
                    self.sample_by_random_walk(bounds);
                }
            }
            prefixes = next_bound;
        }
        self.coverage.complete = self.coverage.stopped.is_none();
        self.stopped()
    }

    /// How many executions of the exhaustive part were run.
    fn n_exhaustive(&self) -> u64 {
        self.coverage.executions - self.coverage.random
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
            let _ = self.sample_by(Strategy::RandomWalk(walk));
        }
    }

    fn sample_by(&mut self, strategy: Strategy) -> ControlFlow<()> {
        let scheduler = Scheduler::new(Prefix::default(), strategy).with_spawns(self.spawns);
        let ran = run(self.settings, self.body, scheduler, None);
        self.spawns_overlap |= ran.spawns_overlap;
        self.coverage.executions += 1;
        self.coverage.random += 1;
        self.show(&ran.choices, ran.execution)
    }

    /// The seed of the next sample.
    fn next_seed(&self, bounds: &Bounds) -> u64 {
        bounds
            .seed
            .wrapping_mul(0x0100_0000_01B3)
            .wrapping_add(self.coverage.random)
    }

    fn sample_by_pct(&mut self, bounds: &Bounds) {
        if self.most_choices == 0 {
            return;
        }
        while self.coverage.random < bounds.random {
            let seed = self.next_seed(bounds);
            let pct = Pct::new(seed, self.most_choices as u64, bounds.depth);
            if self.sample_by(Strategy::Pct(pct)).is_break() {
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
                schedule: schedule::of(choices, self.spawns),
                preemptions,
                found_after: earlier.map_or(self.coverage.executions, |earlier| earlier.found_after),
            });
        }
        flow
    }
}

/// Adds every alternative to the choices in `range` to the prefixes: to those of the same bound, or, if it costs one
/// preemption more, to those of the next bound, of which at most `n_wanted` are kept.
fn add_alternatives(
    choices: Vec<Choice>,
    range: Range<usize>,
    same_bound: &mut Vec<Prefix>,
    (next_bound, n_wanted): (&mut Vec<Prefix>, usize),
) {
    let has_wanted = |choice: &Choice| choice.n_non_preemptive > 1 || n_wanted > 0 && choice.options > 1;
    if !range.clone().any(|index| has_wanted(&choices[index])) {
        return;
    }
    let choices: Rc<[Choice]> = choices.into();
    for index in range {
        let choice = choices[index];
        for option in (1..choice.options).rev() {
            let prefix = || Prefix::deviating(&choices, index, option);
            if option < choice.n_non_preemptive {
                same_bound.push(prefix());
            } else if next_bound.len() < n_wanted {
                next_bound.push(prefix());
            }
        }
    }
}

impl Coverage {
    fn new() -> Self {
        Self {
            executions: 0,
            random: 0,
            preemption_bound: 0,
            complete: false,
            stopped: None,
            weak_orderings: Vec::new(),
            stale_loads: Vec::new(),
        }
    }
}
