//! Fairness among threads, and executions without progress: busy waits and livelocks.
//!
//! A thread that yields lets every other runnable thread go first, once (Musuvathi & Qadeer, *Fair Stateless Model
//! Checking*, PLDI 2008). So a loop that only waits cannot starve the thread that it waits for.
//!
//! But a yield is only a hint: the system may let the thread go on, again and again. So a thread that asks a few
//! times and then gives up has to be explored as well. The first time that a thread yields on a line of the program,
//! going on is an option that costs no preemption. A thread that takes it *insists*: it goes on until its turn ends,
//! at the latest after [`Settings::turn`](crate::model::Settings::turn) operations. During the first
//! [`CHOSEN_YIELDS`] of these yields another thread can preempt it as usual. Everywhere else, going on at a yield
//! costs a preemption. So a yield multiplies the executions by a constant factor, even in a loop.

use std::time::Duration;

use super::execution::Execution;
use super::recorder;
use super::task::{Operation, Site, Task, TaskId, Until, Wake};
use super::visibility::{OperationCounts, mix};
use crate::model::LONG_TURN;
use crate::model::trace::End;

/// A thread counts as spinning after this many operations in a row that change nothing and see no change. A guess:
/// larger than the number of operations in one round of a waiting loop, and small enough that the trace of a busy wait
/// stays short.
pub(super) const SPINNING: u32 = 24;

/// Until which of its yields a thread that insists can be preempted. A guess: for a program that asks more often, one
/// time more makes no difference, except for the last.
const CHOSEN_YIELDS: u32 = 8;

/// While every runnable thread spins, the clock ticks this many times: by 1 ns, 2 ns, 4 ns, … That ends a loop which
/// waits until the clock is *past* a deadline. A thread that still spins after about a microsecond is busy-waiting.
const MAX_TICKS: u32 = 10;

/// After this many steps without any change, spinning threads are busy-waiting if another thread waits for the clock. A
/// guess: large enough for a thread that reads the results of many others.
const BUSY_WAIT_STEPS: u64 = 1_000;

/// Counts changes, to detect executions without progress.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Counts the changes that another thread could see.
    version: u64,
    /// The step of the last change.
    changed_at: u64,
    /// The step at which something irreversible last happened: a thread began or ended, or output was written.
    irreversible_at: u64,
    /// How often the clock has ticked for spinning threads since the last change.
    ticks: u32,
}

impl Progress {
    /// The number of changes so far.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Counts a change at `step`.
    pub(super) fn count_change(&mut self, step: u64) {
        self.version += 1;
        self.changed_at = step;
        self.ticks = 0;
    }

    /// Notes that something irreversible happens at `step`.
    pub(super) fn note_irreversible(&mut self, step: u64) {
        self.irreversible_at = step;
    }
}

/// The recent operations of a task, to detect tasks without progress.
#[derive(Default)]
pub(crate) struct Activity {
    /// How many operations it has performed.
    pub(crate) operations: u64,
    /// The step of its last operation.
    last_step: u64,
    /// The step at which it last changed something that another thread could see.
    last_effect: u64,
    /// How many operations it has performed since the last change in the program.
    idle: u32,
    /// The number of changes in the program at its last operation.
    seen_version: u64,
    /// The last lines with an operation that changed nothing.
    recent: RecentSites,
    patience: Patience,
    waits_for_no_time: WaitsForNoTime,
}

/// The timed waits of a thread that ended at once, since its last one that took time.
#[derive(Default)]
struct WaitsForNoTime {
    /// When the last one was, and on which line.
    last: Option<(Duration, Option<Site>)>,
    /// How many moments have passed for them.
    moments: u32,
}

/// How a thread goes on although it yields.
#[derive(Default)]
struct Patience {
    /// Whether it insists.
    insists: bool,
    /// How often it has yielded since it began to insist.
    yields: u32,
    /// The lines on which it could begin to insist.
    offered: Vec<Site>,
}

/// What a thread does at a yield.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AtYield {
    /// It goes on as if it had not yielded.
    Insists,
    /// It lets others go first, or begins to insist, and neither costs a preemption.
    MayInsist,
    /// It lets others go first.
    LetsOthers,
}

impl Activity {
    /// Notes that the task announces an operation on the line `site` at `step`, after `version` changes in the program.
    pub(super) fn note_operation(&mut self, site: Option<Site>, step: u64, version: u64) {
        self.operations += 1;
        self.last_step = step;
        if self.seen_version == version {
            self.idle += 1;
            if let Some(site) = site {
                self.recent.push(site);
            }
        } else {
            self.seen_version = version;
            self.idle = 0;
            self.recent.clear();
        }
    }

    /// Notes that the task changes something at `step`.
    pub(super) fn note_effect(&mut self, step: u64) {
        self.last_effect = step;
    }

    /// Notes that the task yields on the line `site`. Returns what it does.
    pub(super) fn note_yield(&mut self, site: Option<Site>) -> AtYield {
        let patience = &mut self.patience;
        patience.yields += 1;
        if patience.insists {
            AtYield::Insists
        } else if site.is_some_and(|site| !patience.offered.contains(&site)) {
            AtYield::MayInsist
        } else {
            AtYield::LetsOthers
        }
    }

    /// Whether the task goes on although it yields.
    pub(super) fn insists(&self) -> bool {
        self.patience.insists
    }

    /// Whether the task goes on without a scheduling point.
    pub(super) fn insists_on_its_turn(&self) -> bool {
        self.patience.insists && self.patience.yields > CHOSEN_YIELDS
    }

    /// Ends the insistence of the task.
    pub(super) fn insists_no_longer(&mut self) {
        self.patience.insists = false;
    }

    /// Whether the task counts as spinning.
    pub(super) fn spins(&self) -> bool {
        self.idle >= SPINNING
    }
}

/// The last few lines on which a task performed an operation that changed nothing.
#[derive(Default)]
struct RecentSites {
    sites: [Option<Site>; 8],
    /// The position for the next line.
    next: usize,
}

impl RecentSites {
    /// Adds a line, which replaces the oldest.
    fn push(&mut self, site: Site) {
        self.sites[self.next] = Some(site);
        self.next = (self.next + 1) % self.sites.len();
    }

    fn clear(&mut self) {
        if self.sites[0].is_some() {
            *self = Self::default();
        }
    }

    /// The lines, in no particular order.
    fn iter(&self) -> impl Iterator<Item = Site> {
        self.sites.iter().copied().flatten()
    }
}

/// Which threads have yielded, and to which others.
#[derive(Debug, Default)]
pub(super) struct Yields {
    /// The first of each pair lets the second go first.
    to: Vec<(TaskId, TaskId)>,
    /// By the thread that has yielded, and the thread that need not go first.
    exemptions: Vec<Vec<Exemption>>,
    /// Whether a thread was offered to go on although it yields.
    were_offered: bool,
}

/// A thread that has yielded need not let another thread go first, because that one may have had its turn already (see
/// [`Execution::take_exemption`]).
#[derive(Clone, Copy, Debug, Default)]
struct Exemption {
    /// How many visible operations the other thread had performed.
    visible: u64,
    /// For how many of its invisible operations since then the thread was exempted; 0 if it never was.
    invisible: u32,
}

impl Yields {
    /// Whether a thread lets another one go first.
    #[inline]
    pub(super) fn is_any_pending(&self) -> bool {
        !self.to.is_empty()
    }
}

impl Execution {
    /// Drops candidates that have yielded and must let another candidate go first. Returns whether the running thread
    /// may go on although it yields, because a thread that cannot go on now may have had its turn already.
    pub(super) fn let_others_go_first(&mut self) -> bool {
        let current = self.current;
        let mut may_go_on = false;
        if self.tasks[current].announced.yields {
            self.yields.to.retain(|(task, _)| *task != current);
            for other in (0..self.tasks.len()).filter(|other| *other != current) {
                let is_candidate = self.may_go(other);
                let state = &self.tasks[other];
                let n_invisible = state.performed.invisible + u32::from(state.announced.is_invisible && is_candidate);
                match (is_candidate, self.take_exemption(current, other, n_invisible)) {
                    (true, false) => self.yields.to.push((current, other)),
                    (false, true) => may_go_on = true,
                    (true, true) | (false, false) => {}
                }
            }
        }
        if !self.yields.is_any_pending() {
            return may_go_on;
        }
        let mut waits = vec![false; self.tasks.len()];
        for (task, first) in &self.yields.to {
            waits[*task] |= self.may_go(*first);
        }
        let mut keep = self.turn.candidates.clone();
        keep.retain(|candidate| candidate.task == current || !waits[candidate.task]);
        if !keep.is_empty() {
            self.turn.candidates = keep;
        }
        may_go_on
    }

    /// Whether `task`, which yields, need not let `other` go first this time. Counts the exemption. `n_invisible` is
    /// how many invisible operations `other` performs in a row.
    ///
    /// A yielding thread lets every other thread have a turn. Invisible operations have no turns of their own (see
    /// [`Execution::next_without_a_choice`]): `other` performs them together with the visible operation before or after
    /// them. But if they had, each of them would count as a turn of `other`. So `task` gets one exemption for each
    /// invisible operation of `other`. Operations that are known to be finished do not count: an operation that started
    /// a thread is finished when that thread has begun.
    fn take_exemption(&mut self, task: TaskId, other: TaskId, n_invisible: u32) -> bool {
        if !self.skips_invisible() {
            return false;
        }
        let OperationCounts {
            visible,
            n_known_finished,
            ..
        } = self.tasks[other].performed;
        let exemptions = &mut self.yields.exemptions;
        let earlier = exemptions.get(task).and_then(|of_task| of_task.get(other));
        let until_now = earlier
            .filter(|exemption| exemption.visible == visible)
            .map_or(0, |exemption| exemption.invisible);
        let invisible = n_known_finished.max(until_now) + 1;
        if invisible > n_invisible {
            return false;
        }
        if exemptions.len() <= task {
            exemptions.resize_with(task + 1, Vec::new);
        }
        let of_task = &mut exemptions[task];
        if of_task.len() <= other {
            of_task.resize_with(other + 1, Exemption::default);
        }
        of_task[other] = Exemption { visible, invisible };
        true
    }

    /// Notes that the running thread has begun, so that the operation which started it is known to be finished.
    pub(super) fn note_begun(&mut self) {
        let Some(started) = self.me().parent else { return };
        let parent = &mut self.tasks[started.task].performed;
        if parent.visible == started.visible {
            parent.n_known_finished = parent.n_known_finished.max(started.invisible + 1);
        }
    }

    /// Whether an exemption is for invisible operations of `other` since its last visible one.
    fn is_current(&self, other: TaskId, exemption: &Exemption) -> bool {
        exemption.invisible > 0 && self.tasks[other].performed.visible == exemption.visible
    }

    /// Notes that the running task could begin to insist, and which candidate was chosen.
    pub(super) fn note_offer(&mut self, chosen: TaskId) {
        self.yields.were_offered = true;
        let current = self.current;
        let me = self.me();
        let patience = &mut me.activity.patience;
        patience.offered.extend(me.announced.operation.site);
        patience.insists = chosen == current;
        patience.yields = 1;
    }

    /// Which threads insist, and could do so, as a part of the state.
    fn state_of_patience(&self) -> u64 {
        let state = |(id, task): (TaskId, &Task)| {
            let patience = &task.activity.patience;
            // The history of the thread determines the lines, but not which of its yields were offers.
            let yields = if patience.insists { patience.yields } else { 0 };
            mix(mix(id as u64, yields.into()), patience.offered.len() as u64)
        };
        self.tasks.iter().enumerate().map(state).fold(0, u64::wrapping_add)
    }

    /// Notes that `task` has the next turn.
    pub(super) fn note_turn_of(&mut self, task: TaskId) {
        let switches = task != self.current;
        if switches {
            self.turn.begin();
            self.me().activity.insists_no_longer();
        }
        if self.yields.is_any_pending() {
            self.yields
                .to
                .retain(|(who, first)| *who != task && !(switches && *first == task));
        }
    }

    /// Which threads let which others go first, and the exemptions, as a part of the state.
    pub(super) fn state_of_yields(&self) -> u64 {
        // Sums, because the order in which threads yielded makes no difference.
        let pair = |who: TaskId, other: TaskId| mix(mix(0, who as u64), other as u64);
        let yielded_to = self.yields.to.iter().map(|(who, first)| pair(*who, *first));
        let of_tasks = self.yields.exemptions.iter().enumerate();
        let exemptions = of_tasks.flat_map(|(task, of_task)| {
            let current = of_task
                .iter()
                .enumerate()
                .filter(|(other, it)| self.is_current(*other, it));
            current.map(move |(other, exemption)| mix(pair(task, other), exemption.invisible.into()))
        });
        let patience = if self.yields.were_offered {
            self.state_of_patience()
        } else {
            0
        };
        yielded_to.chain(exemptions).fold(patience, u64::wrapping_add)
    }

    /// Lets time pass while every runnable task spins. Returns false if that ends the execution.
    pub(super) fn pass_time_for_spinners(&mut self) -> bool {
        let deadline = self.nearest_deadline();
        if self.progress.ticks < MAX_TICKS {
            let tick = self.now + Duration::from_nanos(1 << self.progress.ticks);
            self.progress.ticks += 1;
            self.now = deadline.map_or(tick, |deadline| tick.min(deadline));
            // The new time may end their loops, so none of them counts as spinning at first.
            for task in &mut self.tasks {
                task.activity.idle = 0;
            }
            return true;
        }
        let Some(deadline) = deadline else {
            // No thread waits for the clock. Either the threads stop spinning, or they reach the step limit.
            if self.settings.allow_busy_wait {
                // Doubling reaches any time that a loop could wait for within the step limit.
                self.now = self
                    .now
                    .saturating_add(Duration::from_nanos(1 << self.progress.ticks.min(62)));
                self.progress.ticks += 1;
            }
            return true;
        };
        if self.steps - self.progress.changed_at < BUSY_WAIT_STEPS {
            return true;
        }
        if self.settings.allow_busy_wait {
            self.pass_time_until(deadline);
            return self.collect_candidates();
        }
        let first = self.turn.candidates.iter().map(|candidate| candidate.task).min();
        let end = self.busy_wait(first.expect("a candidate spins"));
        self.finish(end);
        false
    }

    /// Notes that a timed wait of the running thread has ended by its timeout.
    ///
    /// Where it took no time and is the second one on its line at the present time, a moment passes: on a real machine
    /// every wait takes a moment, and a loop may go on until its deadline has passed and not only come. A thread that
    /// only polls gets a few moments and no more, so that it shows as one. Moments show in readings of the clock only:
    /// no deadline comes nearer, and the execution takes no longer.
    pub(super) fn note_timeout(&mut self) {
        let now = self.now;
        let me = self.me();
        let waits = &mut me.activity.waits_for_no_time;
        if me.announced.at < now {
            *waits = WaitsForNoTime::default();
            return;
        }
        let wait = (now, me.announced.operation.site);
        if waits.last.replace(wait) == Some(wait) && waits.moments < MOST_MOMENTS {
            waits.moments += 1;
            self.moments += Duration::from_nanos(1);
        }
    }

    /// The busy wait of `spinner`. The place is the first line of its last round in source order, which is where the
    /// loop is.
    fn busy_wait(&self, spinner: TaskId) -> End {
        let sites = self.tasks[spinner].activity.recent.iter();
        let place = sites.filter_map(recorder::place_in_program).min();
        End::BusyWait { thread: spinner, place }
    }

    /// The end of an execution that reached the step limit. A long loop is no livelock: in a livelock, the same threads
    /// do the same again and again.
    pub(super) fn end_at_step_limit(&self) -> End {
        let since = self.steps.saturating_sub(self.repetition.len());
        let recent = |step: fn(&Task) -> u64| -> Vec<TaskId> {
            (0..self.tasks.len())
                .filter(|task| step(&self.tasks[*task]) > since)
                .collect()
        };
        let (running, acting) = (
            recent(|task| task.activity.last_step),
            recent(|task| task.activity.last_effect),
        );
        let waits_for_the_clock = |task: &Task| task.deadline().is_some();
        if self.progress.irreversible_at > since {
            return End::StepLimit;
        }
        let repeats = self.repetition.repeats();
        match (&running[..], &acting[..]) {
            // Several threads only read, so each waits for another one.
            ([spinner, _, ..], []) => self.busy_wait(*spinner),
            _ if !repeats => End::StepLimit,
            ([spinner], []) => self.busy_wait(*spinner),
            // Another thread waits for the clock, which stands still while this thread runs.
            ([spinner], _) if self.tasks.iter().any(waits_for_the_clock) => self.busy_wait(*spinner),
            ([alone], _) if !self.is_waited_for_in_vain(*alone) => End::StepLimit,
            _ => End::Livelock { threads: acting },
        }
    }

    /// Whether another thread waits for something else than the end of a thread, while `alone` is the only one that
    /// runs. A thread of a library that has nothing to do does not wait in vain.
    fn is_waited_for_in_vain(&self, alone: TaskId) -> bool {
        let waits = |(id, task): (TaskId, &Task)| {
            let until = task.waits_until();
            let joins = matches!(until, Some(Until::Ended(_) | Until::ScopeEmpty(_)));
            id != alone && until.is_some() && !joins && !task.is_idle
        };
        self.tasks.iter().enumerate().any(waits)
    }

    /// Notes for the last steps before the limit that the running thread has its turn.
    #[inline]
    pub(super) fn note_step_for_repetition(&mut self, wake: Wake) {
        if self.steps > self.repetition.begins_after {
            self.add_step_for_repetition(wake);
        }
    }

    #[cold]
    fn add_step_for_repetition(&mut self, wake: Wake) {
        let Operation { object, site } = self.tasks[self.current].announced.operation;
        let site = site.map_or(0, |site| std::ptr::from_ref(site) as u64);
        let object = object.map_or(0, |object| object as u64 + 1);
        let does = [site, object, wake as u64].into_iter().fold(0, mix);
        self.repetition.steps.push((self.current, does));
    }

    /// Notes for the last steps before the limit that the running thread saw or wrote `value`.
    pub(crate) fn note_value_for_repetition(&mut self, value: u64) {
        if let Some((_, does)) = self.repetition.steps.last_mut() {
            *does = mix(*does, value);
        }
    }
}

/// The last steps before the limit, to see whether the threads do the same again and again.
#[derive(Debug)]
pub(super) struct Repetition {
    /// How many steps come before.
    begins_after: u64,
    /// Each with its thread, and what the thread did, saw and wrote, as a hash.
    steps: Vec<(TaskId, u64)>,
}

/// How many moments pass while a thread waits again and again for no time. One is what a loop needs that goes on until
/// its deadline has passed.
const MOST_MOMENTS: u32 = 4;

/// How many steps before the limit are looked at. A guess: several rounds of a livelock of many threads.
const LAST_STEPS: u64 = 8_192;

/// How often the steps must have repeated, at least.
const ROUNDS: usize = 3;

impl Repetition {
    /// For an execution of at most `limit` steps.
    pub(super) fn before(limit: u64) -> Self {
        Self {
            begins_after: limit - LAST_STEPS.min(limit / 2),
            steps: Vec::new(),
        }
    }

    fn len(&self) -> u64 {
        self.steps.len() as u64
    }

    /// Whether the same steps repeat, and no thread takes very many of them at once. A thread that does is not held up
    /// by the others: it yielded only because its turn was long.
    fn repeats(&self) -> bool {
        let n = self.steps.len();
        let round = smallest_period(&self.steps);
        let longest_turn = self.steps.chunk_by(|one, next| one.0 == next.0).map(<[_]>::len).max();
        let is_one_thread = longest_turn == Some(n);
        round * ROUNDS <= n && (is_one_thread || longest_turn < Some(LONG_TURN as usize / 2))
    }
}

/// The smallest number `p` such that each item equals the one `p` items before it. Knuth, Morris & Pratt, *Fast Pattern
/// Matching in Strings*, SIAM Journal on Computing 6(2), 1977.
fn smallest_period<T: PartialEq>(items: &[T]) -> usize {
    // By length of a prefix of `items`: the length of the longest shorter prefix that it ends with.
    let mut borders = vec![0; items.len() + 1];
    let mut border = 0;
    for end in 1..items.len() {
        while border > 0 && items[border] != items[end] {
            border = borders[border];
        }
        border += usize::from(items[border] == items[end]);
        borders[end + 1] = border;
    }
    items.len() - borders[items.len()]
}
