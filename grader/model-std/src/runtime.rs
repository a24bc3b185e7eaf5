//! The scheduler under the controlled `std`: which thread goes next, what it waits for, what time it is.
//!
//! Every thread of the program is a coroutine on one operating-system thread. Before an operation that another thread could
//! notice, a thread *announces* it ([`announce`]) together with what must hold first; the scheduler then picks one of the
//! threads whose announced operation may take effect, and asks the [`scheduler`] where there is more than one. So between two
//! announcements a thread runs alone, and the sequence of choices determines the execution completely.
//!
//! Outside an execution ([`is_active`] is false) operations take effect at once and never wait.

pub(crate) mod deadlock;
mod dispatch;
pub(crate) mod executor;
mod fairness;
mod faults;
pub(crate) mod locals;
pub(crate) mod objects;
pub(crate) mod panics;
pub(crate) mod recorder;
pub(crate) mod scheduler;
pub(crate) mod task;
pub(crate) mod threads;
pub(crate) mod visibility;
pub(crate) mod weak_memory;

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::model::settings::Settings;
use crate::model::trace::End;
use dispatch::{Candidate, LONG_TURN, SPINNING};
use fairness::Yields;
use objects::streams::Streams;
use objects::{Memory, ObjectId, Objects, State, Tag};
use recorder::Recorder;
use scheduler::Scheduler;
use task::{Operation, Site, Task, TaskId, Until, Wake};

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
    /// Whether the running task only took note of something, so that the choice who goes next is still to be made.
    choice_is_due: bool,
    yields: Yields,
    pub(crate) scheduler: Scheduler,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) streams: Streams,
    spurious_left: u32,
    weak_failures_left: u32,
    late_left: u32,
    /// Which older values loads may return; `None` where they all return the newest.
    visibility: Option<Box<weak_memory::Visibility>>,
    pub(crate) notes: weak_memory::notes::Notes,
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
        let thread = runtime.current as u64;
        let next_key = |me: &mut Task| {
            me.hash_keys += 1;
            thread << 32 | me.hash_keys
        };
        if runtime.active { next_key(runtime.me()) } else { 0 }
    })
}

/// The number of the object with this tag; `None` outside an execution.
pub(crate) fn resolve(tag: &Tag, kind: &'static str, memory: &Memory, state: fn() -> State) -> Option<ObjectId> {
    tag.known()
        .or_else(|| with(|runtime| runtime.active.then(|| runtime.objects.meet(tag, kind, memory, state()))))
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

/// As [`announce`], for an operation that makes no difference to any other thread, whenever it takes effect.
pub(crate) fn announce_unseen(operation: Operation, until: Until) {
    announce_as(operation, until, None, Manner::Unseen);
}

/// How a thread asks for its next turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Plain,
    /// It lets others go first.
    Yielding,
    /// No other thread can tell when it has it.
    Unseen,
}

fn announce_as(operation: Operation, until: Until, deadline: Option<Duration>, manner: Manner) -> Wake {
    let wake = with(|runtime| {
        if !runtime.active {
            return Some(Wake::Ready);
        }
        if !runtime.must_not_be_interrupted(until) {
            // Nothing is published by it, since a watcher only looks whether the number grows; and nothing is lost, since there
            // is one execution at a time.
            OPERATIONS.store(OPERATIONS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            runtime.begin_announcement(operation, until, deadline, manner);
            runtime.decide();
            if runtime.next != Some(runtime.current) {
                return None;
            }
            runtime.next = None;
        }
        Some(runtime.take_turn())
    });
    wake.unwrap_or_else(|| {
        executor::suspend();
        with(Runtime::take_turn)
    })
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
            choice_is_due: false,
            yields: Yields::default(),
            scheduler: Scheduler::default(),
            recorder: None,
            streams: Streams::default(),
            spurious_left: 0,
            weak_failures_left: 0,
            late_left: 0,
            visibility: None,
            notes: weak_memory::notes::Notes::default(),
            end: None,
            next: None,
            preempted: false,
            most_alive: 0,
            candidates: Vec::new(),
            outside_locals: Vec::new(),
        }
    }

    /// Begins an execution whose body is task 0.
    fn start(&mut self, settings: Settings, scheduler: Scheduler, recorder: Option<Recorder>) {
        self.settings = settings;
        self.scheduler = scheduler;
        self.recorder = recorder;
        self.spurious_left = settings.spurious_wakeups;
        self.weak_failures_left = settings.weak_failures;
        self.late_left = settings.late_threads;
        self.visibility = weak_memory::Visibility::new(settings.stale_reads);
        self.objects.start_afresh();
        self.tasks.clear();
        self.yields.clear();
        self.streams = Streams::default();
        self.now = Duration::ZERO;
        self.version = 0;
        self.changed_at = 0;
        self.steps = 0;
        self.progress = 0;
        self.turn = 0;
        self.creeps = 0;
        self.choice_is_due = false;
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
            task.history = visibility::of_child(parent.history, self.tasks.len());
            task.parent = Some(parent.as_parent(self.current));
        }
        self.tasks.push(task);
        self.hand_to_child();
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

    /// Notes a change of `object`, one of several that the running operation is about, that another thread could see.
    pub(crate) fn changed_object(&mut self, object: ObjectId) {
        self.count_change();
        self.tasks[self.current].last_effect = self.steps;
        self.wrote_to(object);
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
        let (version, step, now) = (self.version, self.steps, self.now);
        let me = self.me();
        me.pending = operation;
        me.until = until;
        me.waits_since = now;
        me.deadline = deadline;
        me.operations += 1;
        me.last_step = step;
        if me.seen_version == version {
            me.idle += 1;
            if let Some(site) = operation.site {
                me.recent.push(site);
            }
        } else {
            me.seen_version = version;
            me.idle = 0;
            me.recent.clear();
        }
        let begins = me.operations == 1;
        me.count_performed();
        me.unseen = manner == Manner::Unseen;
        me.yields = manner == Manner::Yielding || me.idle >= SPINNING;
        if begins {
            self.note_beginning();
        }
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
        match self.scheduler.choose_outcome(n, free) {
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

    /// Whether a thread may yet be slow while time passes.
    pub(crate) fn may_be_late(&self) -> bool {
        self.active && self.late_left > 0
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
}
