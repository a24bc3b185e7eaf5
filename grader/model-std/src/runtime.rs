//! The scheduler under the controlled `std`: which thread goes next, what it waits for, what time it is.
//!
//! Every thread of the program is a coroutine on one operating-system thread. Before an operation that another thread could
//! notice, a thread *announces* it ([`announce`]) together with what must hold first; the scheduler then picks one of the
//! threads whose announced operation may take effect, and asks the [`chooser`] where there is more than one. So between two
//! announcements a thread runs alone, and the sequence of choices determines the execution completely.
//!
//! Outside an execution ([`is_active`] is false) operations take effect at once and never wait.
//!
//! The waiting side of fairness follows Musuvathi & Qadeer, *Fair Stateless Model Checking*, PLDI 2008: a thread that yields
//! lets every thread that could run go first once, so that a loop that only waits cannot starve what it waits for.

pub(crate) mod atomic;
pub(crate) mod barrier;
pub(crate) mod channel;
pub(crate) mod chooser;
pub(crate) mod condvar;
pub(crate) mod deadlock;
pub(crate) mod executor;
pub(crate) mod history;
pub(crate) mod locals;
pub(crate) mod lock;
pub(crate) mod object;
pub(crate) mod once;
pub(crate) mod panics;
pub(crate) mod recorder;
pub(crate) mod streams;
pub(crate) mod task;
pub(crate) mod threads;

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::model::settings::Settings;
use crate::model::trace::End;
use chooser::Chooser;
use object::{Memory, ObjectId, Objects, State, Tag};
use recorder::Recorder;
use streams::Streams;
use task::{Operation, Site, Task, TaskId, Until, Wake};

/// After so many operations in a row that change nothing and see no change, a thread counts as spinning. Larger than the
/// number of operations in one turn of any waiting loop that is worth recognising, smaller than what a reader would call a
/// long wait.
const SPINNING: u32 = 24;

/// After so many operations in a row a thread lets others go first even where it changes something with each: a guard
/// against loops whose effects the scheduler cannot tell from progress.
const LONG_TURN: u32 = 400;

/// While every thread that could run spins, the clock first creeps: by 1 ns, 2 ns, 4 ns, … so many times. That ends a loop
/// that waits for a deadline to be *over*; what still spins after about a microsecond is waiting by spinning.
const CREEPS: u32 = 10;

/// A time that is never over: no program waits longer, and the clock can show it.
const FOR_EVER: Duration = Duration::from_secs(1_000 * 365 * 24 * 60 * 60);

/// After so many steps in which nothing changed, what only asks is waiting by asking, if somebody else waits for the clock
/// meanwhile. Large enough for a thread that reads what many others have left behind.
const PATIENCE: u64 = 1_000;

/// One thread that may go next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) task: TaskId,
    pub(crate) cause: Cause,
}

/// Why a thread may go next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// What it waits for holds, or its deadline has passed.
    Ready,
    /// None: it is woken without a reason.
    Spurious,
    /// Its deadline passes while others, who could go on, are slow.
    Late,
}

/// The state of one execution.
pub(crate) struct Runtime {
    active: bool,
    pub(crate) settings: Settings,
    pub(crate) tasks: Vec<Task>,
    pub(crate) current: TaskId,
    pub(crate) objects: Objects,
    pub(crate) now: Duration,
    /// Counts the changes that another thread could see.
    version: u64,
    /// The step of the last of them.
    changed_at: u64,
    pub(crate) steps: u64,
    /// The step at which something irreversible last happened: a thread began or ended, or output was written.
    progress: u64,
    /// How many operations the current task has performed without a switch.
    turn: u32,
    creeps: u32,
    /// For each task, whom it lets go first after a yield.
    after: Vec<Vec<TaskId>>,
    pub(crate) chooser: Chooser,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) streams: Streams,
    spurious_left: u32,
    weak_failures_left: u32,
    late_left: u32,
    pub(crate) end: Option<End>,
    next: Option<TaskId>,
    /// Whether a task that could have gone on lost its turn since the last operation that was recorded.
    pub(crate) preempted: bool,
    /// The most threads, the body aside, that were alive at once.
    pub(crate) most_alive: usize,
    candidates: Vec<Candidate>,
    /// Thread-local values of what runs outside an execution.
    outside_locals: Vec<task::Local>,
}

/// How many operations were announced, in all executions of the process.
static OPERATIONS: AtomicU64 = AtomicU64::new(0);

/// How many operations were announced so far, in all executions of the process.
pub(crate) fn operations() -> u64 {
    OPERATIONS.load(Ordering::Relaxed)
}

thread_local! {
    static RUNTIME: RefCell<Runtime> = RefCell::new(Runtime::idle());
}

/// Runs `f` on the runtime of this operating-system thread. Must not be nested, and `f` must not switch.
pub(crate) fn with<R>(f: impl FnOnce(&mut Runtime) -> R) -> R {
    RUNTIME.with(|runtime| f(&mut runtime.borrow_mut()))
}

/// Whether an execution is under way. Not while the runtime itself is at work, which only a panic of its own can ask.
pub(crate) fn is_active() -> bool {
    RUNTIME.with(|runtime| runtime.try_borrow().is_ok_and(|runtime| runtime.active))
}

/// The next of the keys that the running thread's hash maps take for random.
pub(crate) fn next_hash_key() -> u64 {
    with(|runtime| {
        if !runtime.active {
            return 0;
        }
        let thread = runtime.current as u64;
        let me = runtime.me();
        me.hash_keys += 1;
        thread << 32 | me.hash_keys
    })
}

/// The number of the object with this tag; `None` outside an execution.
pub(crate) fn resolve(tag: &Tag, kind: &'static str, memory: &Memory, state: fn() -> State) -> Option<ObjectId> {
    with(|runtime| {
        runtime
            .active
            .then(|| runtime.objects.resolve(tag, kind, memory, state))
    })
}

/// Announces the next operation of the running thread, lets the scheduler choose who goes first, and returns when it is this
/// thread's turn and `until` holds or `deadline` has passed.
///
/// Does nothing outside an execution.
pub(crate) fn announce(operation: Operation, until: Until, deadline: Option<Duration>) -> Wake {
    announce_as(operation, until, deadline, Manner::Plain)
}

/// As [`announce`], for an operation by which the thread lets others go first.
pub(crate) fn announce_yielding(operation: Operation) {
    announce_as(operation, Until::Now, None, Manner::Yielding);
}

/// Whether a thread asks for its next turn at once or lets others go first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Plain,
    Yielding,
}

fn announce_as(operation: Operation, until: Until, deadline: Option<Duration>, manner: Manner) -> Wake {
    let must_switch = with(|runtime| {
        if !runtime.active || runtime.must_not_be_interrupted(until) {
            return false;
        }
        // Nothing is published by it: a watcher only looks whether the number grows.
        OPERATIONS.fetch_add(1, Ordering::Relaxed);
        runtime.begin_announcement(operation, until, deadline, manner);
        runtime.decide();
        if runtime.next == Some(runtime.current) {
            runtime.next = None;
            return false;
        }
        true
    });
    if must_switch {
        executor::suspend();
    }
    with(|runtime| runtime.active.then(|| runtime.take_turn())).unwrap_or(Wake::Ready)
}

impl Runtime {
    fn idle() -> Self {
        Self {
            active: false,
            settings: Settings::default(),
            tasks: Vec::new(),
            current: 0,
            objects: Objects::default(),
            now: Duration::ZERO,
            version: 0,
            changed_at: 0,
            steps: 0,
            progress: 0,
            turn: 0,
            creeps: 0,
            after: Vec::new(),
            chooser: Chooser::default(),
            recorder: None,
            streams: Streams::default(),
            spurious_left: 0,
            weak_failures_left: 0,
            late_left: 0,
            end: None,
            next: None,
            preempted: false,
            most_alive: 0,
            candidates: Vec::new(),
            outside_locals: Vec::new(),
        }
    }

    /// Begins an execution whose body is task 0.
    fn start(&mut self, settings: Settings, chooser: Chooser, recorder: Option<Recorder>) {
        self.settings = settings;
        self.chooser = chooser;
        self.recorder = recorder;
        self.spurious_left = settings.spurious_wakeups;
        self.weak_failures_left = settings.weak_failures;
        self.late_left = settings.late_threads;
        self.objects.start_afresh();
        self.tasks.clear();
        self.after.clear();
        self.streams = Streams::default();
        self.now = Duration::ZERO;
        self.version = 0;
        self.changed_at = 0;
        self.steps = 0;
        self.progress = 0;
        self.turn = 0;
        self.creeps = 0;
        self.end = None;
        self.preempted = false;
        self.most_alive = 0;
        self.current = 0;
        self.add_task(Some("main".into()), None);
        self.next = Some(self.current);
        self.active = true;
    }

    /// Enters a task that is ready to start.
    pub(crate) fn add_task(&mut self, name: Option<std::sync::Arc<str>>, site: Option<Site>) -> TaskId {
        let mut task = Task::new(name, site);
        if let Some(parent) = self.tasks.get(self.current) {
            task.history = history::of_child(parent.history, self.tasks.len());
        }
        self.tasks.push(task);
        self.after.push(Vec::new());
        self.made_progress();
        let alive = self.tasks.iter().skip(1).filter(|task| !task.done).count();
        self.most_alive = self.most_alive.max(alive);
        self.tasks.len() - 1
    }

    pub(crate) fn is_active(&self) -> bool {
        self.active
    }

    /// The thread-local values of the running task; outside an execution, those of the operating-system thread.
    pub(crate) fn locals(&mut self) -> &mut Vec<task::Local> {
        if self.active {
            &mut self.tasks[self.current].locals
        } else {
            &mut self.outside_locals
        }
    }

    pub(crate) fn me(&mut self) -> &mut Task {
        &mut self.tasks[self.current]
    }

    /// Notes a change that another thread could see.
    pub(crate) fn changed(&mut self) {
        self.count_change();
        self.tasks[self.current].last_effect = self.steps;
        if let Some(object) = self.me().pending.object {
            self.wrote_to(object);
        }
    }

    fn count_change(&mut self) {
        self.version += 1;
        self.changed_at = self.steps;
        self.creeps = 0;
    }

    /// Notes a change that a program cannot make again and again without getting somewhere.
    pub(crate) fn made_progress(&mut self) {
        self.changed();
        self.progress = self.steps;
    }

    /// Ends the execution. The first end counts.
    pub(crate) fn finish(&mut self, end: End) {
        self.end.get_or_insert(end);
        self.next = None;
    }

    fn begin_announcement(&mut self, operation: Operation, until: Until, deadline: Option<Duration>, manner: Manner) {
        let (version, step) = (self.version, self.steps);
        let me = self.me();
        me.pending = operation;
        me.until = until;
        me.deadline = deadline;
        me.operations += 1;
        me.last_step = step;
        if me.seen_version == version {
            me.idle += 1;
            if let Some(site) = operation.site {
                if me.recent.len() == 8 {
                    me.recent.pop_front();
                }
                me.recent.push_back(site);
            }
        } else {
            me.seen_version = version;
            me.idle = 0;
            me.recent.clear();
        }
        me.yields = manner == Manner::Yielding || me.idle >= SPINNING;
        self.turn += 1;
        if self.turn >= LONG_TURN {
            self.me().yields = true;
        }
    }

    /// Whether the running task is in a panic hook, where only what it has to wait for may switch: `std` ends the process
    /// when another thread of the operating system's one panics meanwhile.
    fn must_not_be_interrupted(&self, until: Until) -> bool {
        self.tasks[self.current].in_hook && self.holds(self.current, until)
    }

    /// Chooses who goes next, or ends the execution.
    fn decide(&mut self) {
        if self.end.is_some() {
            return;
        }
        self.steps += 1;
        if self.steps > self.settings.steps {
            let end = self.end_at_step_limit();
            return self.finish(end);
        }
        let before = self.now;
        if !self.collect_candidates() {
            return;
        }
        self.let_others_go_first();
        // Where time had to pass, the running thread was waiting too: whoever goes first takes nobody's turn.
        let (options, free) = self.order_candidates(self.now == before);
        if options > 1 && self.chooser.asks_for_state() {
            let runs_on = (free < options).then_some(self.current);
            let state = self.state(runs_on);
            self.chooser.arrive(state);
        }
        let chosen = match self.chooser.choose(&self.candidates[..options], free, self.current) {
            Ok(chosen) => chosen,
            Err(difference) => return self.finish(End::Nondeterministic { difference }),
        };
        let Candidate { task, cause } = self.candidates[chosen];
        self.preempted |= chosen >= free;
        self.tasks[task].spurious = cause == Cause::Spurious;
        match (cause, self.tasks[task].deadline) {
            (Cause::Spurious, _) => self.spurious_left -= 1,
            (Cause::Late, Some(deadline)) => {
                self.late_left -= 1;
                self.pass_time_until(deadline);
            }
            (Cause::Ready | Cause::Late, _) => {}
        }
        self.after_choice(task);
        self.next = Some(task);
    }

    /// Fills `candidates` with the tasks whose operation may take effect, letting time pass where none may.
    /// Returns false when the execution is over.
    fn collect_candidates(&mut self) -> bool {
        loop {
            self.candidates.clear();
            let mut all_spin = true;
            for (task, state) in self.tasks.iter().enumerate() {
                if !state.ended && self.may_go(task) {
                    self.candidates.push(Candidate {
                        task,
                        cause: Cause::Ready,
                    });
                    all_spin &= state.idle >= SPINNING;
                }
            }
            if self.candidates.is_empty() {
                match self.nearest_deadline() {
                    Some(deadline) => self.pass_time_until(deadline),
                    None => {
                        let end = deadlock::explain(self);
                        self.finish(end);
                        return false;
                    }
                }
            } else if all_spin {
                return self.let_spinners_age();
            } else {
                return true;
            }
        }
    }

    /// Lets time pass while every task that could go spins. Returns false when that ends the execution.
    fn let_spinners_age(&mut self) -> bool {
        let deadline = self.nearest_deadline();
        if self.creeps < CREEPS {
            let creep = self.now + Duration::from_nanos(1 << self.creeps);
            self.creeps += 1;
            self.now = deadline.map_or(creep, |deadline| creep.min(deadline));
            // The passing of time may end the loop, so they have as many turns again.
            for task in &mut self.tasks {
                task.idle = 0;
            }
            return true;
        }
        let Some(deadline) = deadline else {
            // Nobody waits for the clock. Either the threads get on by themselves, or they reach the limit of steps.
            if self.settings.allow_busy_wait {
                // Doubling reaches any time span that a loop could wait for within the limit of steps.
                self.now = self.now.saturating_add(Duration::from_nanos(1 << self.creeps.min(62)));
                self.creeps += 1;
            }
            return true;
        };
        if self.steps - self.changed_at < PATIENCE {
            return true;
        }
        if self.settings.allow_busy_wait {
            self.pass_time_until(deadline);
            return self.collect_candidates();
        }
        let end = self.busy_wait(self.candidates[0].task);
        self.finish(end);
        false
    }

    fn pass_time_until(&mut self, deadline: Duration) {
        self.now = self.now.max(deadline);
        self.count_change();
    }

    /// When a wait of `timeout` that begins now is over; `None` for never.
    pub(crate) fn deadline_after(&self, timeout: Duration) -> Option<Duration> {
        (timeout < FOR_EVER).then(|| self.now.saturating_add(timeout))
    }

    fn nearest_deadline(&self) -> Option<Duration> {
        let waiting = self.tasks.iter().filter(|task| !task.ended);
        waiting
            .filter_map(|task| task.deadline)
            .filter(|deadline| *deadline > self.now)
            .min()
    }

    /// Whether the announced operation of `task` may take effect now.
    fn may_go(&self, task: TaskId) -> bool {
        let state = &self.tasks[task];
        self.holds(task, state.until) || state.deadline.is_some_and(|deadline| deadline <= self.now)
    }

    pub(crate) fn holds(&self, task: TaskId, until: Until) -> bool {
        match until {
            Until::Now => true,
            Until::Never => false,
            Until::Free(lock) => {
                let lock = self.objects.lock(lock);
                lock.writer.is_none() && lock.readers.is_empty()
            }
            Until::Readable(lock) => self.objects.lock(lock).writer.is_none(),
            Until::FreeOrMine(lock) => self.objects.lock(lock).writer.is_none_or(|writer| writer == task),
            Until::Notified { lock, .. } => self.tasks[task].notified && self.holds(task, Until::Free(lock)),
            Until::Unparked => self.tasks[task].park_token,
            Until::Ended(other) => self.tasks[other].ended,
            Until::ScopeEmpty(scope) => self.objects.scope_running(scope).is_empty(),
            Until::Released { barrier, generation } => self.objects.barrier(barrier).1 != generation,
            Until::Settled(once) => !matches!(self.objects.once(once), object::Once::Running(_)),
            Until::Initialised(once) => {
                matches!(self.objects.once(once), object::Once::Complete | object::Once::Poisoned)
            }
            Until::Complete(once) => self.objects.once(once) == object::Once::Complete,
            Until::Receivable(channel) => {
                let channel = self.objects.channel(channel);
                channel.len() > 0 || channel.senders == 0
            }
            Until::Sendable(channel) => {
                let channel = self.objects.channel(channel);
                !channel.receiver
                    || channel
                        .capacity
                        .is_none_or(|capacity| channel.len() < capacity.max(1) as u64)
            }
            Until::Taken { channel, message } => {
                let channel = self.objects.channel(channel);
                channel.received > message || !channel.receiver
            }
        }
    }

    /// Drops candidates that have yielded and must let another candidate go first.
    fn let_others_go_first(&mut self) {
        let current = self.current;
        if self.tasks[current].yields {
            let others = self
                .candidates
                .iter()
                .map(|candidate| candidate.task)
                .filter(|task| *task != current);
            self.after[current] = others.collect();
        }
        let (after, candidates) = (&self.after, &self.candidates);
        let mut keep = candidates.clone();
        keep.retain(|candidate| {
            let first = &after[candidate.task];
            candidate.task == current || !candidates.iter().any(|other| first.contains(&other.task))
        });
        if !keep.is_empty() {
            self.candidates = keep;
        }
    }

    /// Puts the default first: the running task while it can go on, else the next by number. Returns how many candidates
    /// there are and how many of them, from the first, cost no preemption. `at_once` says whether no time has passed.
    fn order_candidates(&mut self, at_once: bool) -> (usize, usize) {
        let current = self.current;
        let n_tasks = self.tasks.len();
        let yields = self.tasks[current].yields;
        self.candidates.sort_by_key(|candidate| {
            let distance = (candidate.task + n_tasks - current) % n_tasks;
            if distance == 0 && yields { n_tasks } else { distance }
        });
        let n_real = self.candidates.len();
        let runs_on = at_once && self.candidates.iter().any(|candidate| candidate.task == current);
        let free = match (runs_on, yields) {
            (true, false) => 1,
            (true, true) => (n_real - 1).max(1),
            (false, _) => n_real,
        };
        self.add_accidents();
        (self.candidates.len(), free)
    }

    /// Adds the threads that go next only by an accident that the settings allow. Each counts as a preemption.
    fn add_accidents(&mut self) {
        for task in 0..self.tasks.len() {
            if self.spurious_left > 0 && self.may_wake_spuriously(task) {
                self.candidates.push(Candidate {
                    task,
                    cause: Cause::Spurious,
                });
            }
        }
        let nearest = self.nearest_deadline().filter(|_| self.late_left > 0);
        for task in 0..self.tasks.len() {
            if nearest.is_some() && self.tasks[task].deadline == nearest && !self.may_go(task) {
                self.candidates.push(Candidate {
                    task,
                    cause: Cause::Late,
                });
            }
        }
    }

    fn may_wake_spuriously(&self, task: TaskId) -> bool {
        let state = &self.tasks[task];
        if state.ended || self.may_go(task) {
            return false;
        }
        match state.until {
            Until::Notified { .. } => !state.notified,
            Until::Unparked => true,
            _ => false,
        }
    }

    fn after_choice(&mut self, task: TaskId) {
        self.after[task].clear();
        if task != self.current {
            self.turn = 0;
            for first in &mut self.after {
                first.retain(|other| *other != task);
            }
        }
    }

    /// Called by the task whose turn it is: why it may go on.
    fn take_turn(&mut self) -> Wake {
        let current = self.current;
        let wake = if self.holds(current, self.tasks[current].until) {
            Wake::Ready
        } else if self.tasks[current].spurious {
            Wake::Spurious
        } else {
            Wake::TimedOut
        };
        self.note_turn(wake);
        let me = self.me();
        me.spurious = false;
        me.yields = false;
        me.until = Until::Now;
        me.deadline = None;
        wake
    }

    /// Chooses one of `n` ways in which the running operation may turn out; 0 is the usual one, the others count as a
    /// preemption where `usual_only_is_free`.
    pub(crate) fn choose_outcome(&mut self, n: usize, free: usize) -> usize {
        if n <= 1 {
            return 0;
        }
        match self.chooser.choose_outcome(n, free) {
            Ok(chosen) => {
                self.learned(chosen as u64);
                chosen
            }
            Err(difference) => {
                self.finish(End::Nondeterministic { difference });
                0
            }
        }
    }

    /// Whether a weak compare-exchange that could succeed fails this time.
    pub(crate) fn fails_weakly(&mut self) -> bool {
        if self.weak_failures_left == 0 {
            return false;
        }
        let fails = self.choose_outcome(2, 1) == 1;
        self.weak_failures_left -= u32::from(fails);
        fails
    }

    fn busy_wait(&self, spinner: TaskId) -> End {
        // The line that comes first in the file among those of the last turn of the loop: where a reader finds the loop.
        let sites = self.tasks[spinner].recent.iter();
        let place = sites
            .min_by_key(|site| (site.file(), site.line()))
            .map(|site| recorder::place(site));
        End::BusyWait { thread: spinner, place }
    }

    /// Tells threads that wait by asking from threads that keep acting on each other, by what they did in the second half of
    /// the execution.
    fn end_at_step_limit(&self) -> End {
        let half = self.settings.steps / 2;
        if self.progress > half {
            return End::StepLimit;
        }
        let recent = |step: fn(&Task) -> u64| -> Vec<TaskId> {
            (0..self.tasks.len())
                .filter(|task| step(&self.tasks[*task]) > half)
                .collect()
        };
        let (running, acting) = (recent(|task| task.last_step), recent(|task| task.last_effect));
        let waits_for_the_clock = |task: &Task| !task.ended && task.deadline.is_some();
        match (&running[..], &acting[..]) {
            // It changes nothing, or somebody else would have gone on after a while.
            ([spinner, ..], []) => self.busy_wait(*spinner),
            ([spinner], _) if self.tasks.iter().any(waits_for_the_clock) => self.busy_wait(*spinner),
            _ => End::Livelock { threads: acting },
        }
    }
}
