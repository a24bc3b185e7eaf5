//! One execution as a value: made when the execution begins, and dropped when it ends.

use std::cell::Cell;
use std::time::Duration;

use super::counts::{self, CountUses, ReferenceCounts};
use super::dispatch::{Candidate, Cause, Turn};
use super::executor::Start;
use super::fairness::{Progress, Repetition, Yields};
use super::faults::Faults;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
use super::objects::descriptors::Descriptors;
use super::objects::streams::Streams;
use super::objects::{Object, ObjectId, Objects, Places};
use super::panics;
use super::recorder::Recorder;
use super::scheduler::{ChoiceKind, NoChoice, Scheduler};
use super::task::{Site, Task, TaskId, ThreadName};
use super::visibility::{self, History, Parent};
use super::weak_memory::WeakMemory;
use crate::model::play::Subject;
use crate::model::trace::{End, Trace};
use crate::model::{Memory, Settings};

/// The name of the operating-system thread that runs the execution, which is also that of the body: so a body has the
/// name that it has with `std`, where it is simply called.
pub(super) fn name_of_system_thread() -> Option<ThreadName> {
    thread_local! {
        static NAME: Option<ThreadName> = std::thread::current().name().map(ThreadName::from);
    }
    NAME.with(Clone::clone)
}

/// Everything that one execution consists of, except for the program's own memory.
pub(crate) struct Execution {
    pub(crate) settings: Settings,
    pub(crate) tasks: Vec<Task>,
    /// The task that runs.
    pub(crate) current: TaskId,
    pub(crate) objects: Objects,
    pub(crate) streams: Streams,
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    pub(crate) descriptors: Descriptors,
    /// The virtual time since the start.
    pub(crate) now: Duration,
    /// How far readings of the clock are ahead, for waits that took no time.
    pub(super) moments: Duration,
    pub(crate) scheduler: Box<Scheduler>,
    pub(super) recorder: Option<Recorder>,
    /// How many operations were announced.
    pub(super) steps: u64,
    pub(super) progress: Progress,
    pub(super) repetition: Repetition,
    pub(super) turn: Turn,
    pub(super) yields: Yields,
    pub(super) faults: Faults,
    /// Which older values loads may return; `None` where they all return the newest.
    pub(super) weak_memory: Option<Box<WeakMemory>>,
    pub(super) counts: ReferenceCounts,
    /// How many threads, the body aside, are alive.
    pub(super) n_alive: usize,
    /// The most threads, the body aside, that were alive at once.
    most_alive: usize,
    /// How the execution ended, once it has.
    pub(super) end: Option<End>,
}

/// What remains of an execution.
pub(super) struct Remains {
    /// The trace, without operations and objects.
    pub(super) trace: Trace,
    /// The operations and objects, if they were to be recorded.
    pub(super) recorder: Option<Recorder>,
    pub(super) scheduler: Box<Scheduler>,
    pub(super) steps: u64,
    /// The histories of all threads.
    pub(super) history: History,
    pub(super) most_alive: usize,
    pub(super) count_uses: CountUses,
}

/// Empty tables whose memory the next execution reuses. Allocating it anew takes 1 to 4% more instructions, measured
/// with callgrind on the programs of `model-bench`.
#[derive(Default)]
struct Recycled {
    tasks: Vec<Task>,
    objects: (Vec<Object>, Places),
    candidates: Vec<Candidate>,
    counts: counts::Tables,
}

thread_local! {
    static RECYCLED: Cell<Recycled> = const {
        Cell::new(Recycled {
            tasks: Vec::new(),
            objects: (Vec::new(), Places::new()),
            candidates: Vec::new(),
            counts: counts::Tables::new(),
        })
    };
}

impl Execution {
    /// An execution that is about to run `body` as task 0.
    pub(super) fn new(
        settings: Settings,
        scheduler: Box<Scheduler>,
        recorder: Option<Recorder>,
        body: Start,
    ) -> Box<Self> {
        let Recycled {
            tasks,
            objects,
            candidates,
            counts,
        } = RECYCLED.take();
        let weak_memory = match scheduler.memory {
            Memory::Sequential => None,
            Memory::Weak => Some(Box::new(WeakMemory::new(settings.stale_reads))),
        };
        let mut execution = Box::new(Self {
            settings,
            tasks,
            current: 0,
            objects: Objects::new(objects),
            streams: Streams::default(),
            #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
            descriptors: Descriptors::default(),
            now: Duration::ZERO,
            moments: Duration::ZERO,
            scheduler,
            recorder,
            steps: 0,
            progress: Progress::default(),
            repetition: Repetition::before(settings.steps),
            turn: Turn::new(candidates),
            yields: Yields::default(),
            faults: Faults::new(&settings),
            weak_memory,
            counts: ReferenceCounts::new(counts),
            n_alive: 0,
            most_alive: 0,
            end: None,
        });
        execution.add_task(name_of_system_thread(), None, body);
        execution.turn.next = Some(0);
        execution
    }

    /// Adds a task that is ready to start.
    pub(super) fn add_task(&mut self, name: Option<ThreadName>, site: Option<Site>, start: Start) -> TaskId {
        let mut task = Task::new(name, site, start);
        if let Some(parent) = self.tasks.get(self.current) {
            task.history = visibility::of_child(parent.history, self.tasks.len());
            task.readings = parent.readings;
            task.parent = Some(Parent::new(self.current, parent.performed));
            task.known_complete = parent.known_complete.clone();
        }
        self.tasks.push(task);
        self.hand_to_child();
        self.counts.fork(self.current);
        self.changed_irreversibly();
        self.tasks.len() - 1
    }

    /// Counts a thread that begins.
    pub(super) fn count_begun(&mut self) {
        self.n_alive += 1;
        self.most_alive = self.most_alive.max(self.n_alive);
    }

    pub(crate) fn me(&mut self) -> &mut Task {
        &mut self.tasks[self.current]
    }

    /// Counts a step that has no turn of its own. The limit of steps is noticed at the next operation.
    pub(crate) fn count_step(&mut self) {
        self.steps += 1;
    }

    /// Notes a change that another thread could see.
    pub(crate) fn changed(&mut self) {
        self.note_effect();
        if let Some(object) = self.me().announced.operation.object {
            self.wrote_to(object);
        }
    }

    /// As [`Execution::changed`], for one of several objects of the running operation.
    pub(crate) fn changed_object(&mut self, object: ObjectId) {
        self.note_effect();
        self.wrote_to(object);
    }

    /// As [`Execution::changed`], for what is no object of the running operation.
    pub(super) fn note_effect(&mut self) {
        self.progress.count_change(self.steps);
        self.tasks[self.current].activity.note_effect(self.steps);
    }

    /// Notes a change that is irreversible, so that a program which keeps making such changes makes progress.
    pub(crate) fn changed_irreversibly(&mut self) {
        self.changed();
        self.progress.note_irreversible(self.steps);
    }

    /// Ends the execution, unless it has ended already.
    pub(crate) fn finish(&mut self, end: End) {
        self.end.get_or_insert(end);
        self.turn.next = None;
    }

    /// Chooses one of `n` outcomes of the running operation. Outcome 0 is the default, and the first `n_non_preemptive`
    /// cost no preemption.
    pub(crate) fn choose_outcome(&mut self, n: usize, n_non_preemptive: usize) -> usize {
        self.choose_of_kind(n, n_non_preemptive, ChoiceKind::Any)
    }

    /// Chooses one of `n` values that the running load may return, from the newest to the oldest. All but the newest
    /// cost a preemption.
    pub(super) fn choose_value(&mut self, n: usize) -> usize {
        self.choose_of_kind(n, 1, ChoiceKind::Value)
    }

    fn choose_of_kind(&mut self, n: usize, n_non_preemptive: usize, kind: ChoiceKind) -> usize {
        if n <= 1 {
            return 0;
        }
        match self.scheduler.choose_outcome(n, n_non_preemptive, kind) {
            Ok(chosen) => {
                self.record_choice();
                self.learned(chosen as u64);
                chosen
            }
            Err(NoChoice::Differs(difference)) => {
                self.finish(End::Nondeterministic(difference));
                0
            }
            Err(NoChoice::Pauses) => {
                let subject = match kind {
                    ChoiceKind::Any => Subject::Outcome,
                    ChoiceKind::Value => Subject::Value,
                };
                let operation = Candidate {
                    task: self.current,
                    cause: Cause::Ready,
                };
                self.pause(subject, &vec![operation; n], n_non_preemptive);
                0
            }
        }
    }

    /// Drops the execution, which is over. Tasks that have not ended are abandoned: their functions and thread-local
    /// values are forgotten, because these may borrow from stacks that are gone.
    pub(super) fn conclude(mut self: Box<Self>) -> Remains {
        let (trace, recorder) = self.take_trace();
        // The body's value may have descriptors. Where there is none, nothing is left that could close them.
        #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
        if !matches!(trace.end, End::Finished | End::Panicked(_) | End::ThreadsLeft { .. }) {
            crate::interposition::close_all(&self.descriptors.open());
        }
        let Self {
            mut tasks,
            objects,
            turn,
            scheduler,
            steps,
            most_alive,
            counts,
            ..
        } = *self;
        let count_uses = counts.uses;
        if tasks.iter().any(|task| task.panics.in_hook) {
            panics::leave_hook();
        }
        let objects = objects.into_empty();
        let history = tasks
            .iter()
            .fold(0, |history, task| visibility::mix(history, task.history));
        tasks.iter_mut().for_each(Task::abandon);
        tasks.clear();
        RECYCLED.set(Recycled {
            tasks,
            objects,
            candidates: turn.into_candidates(),
            counts: counts.into_tables(),
        });
        Remains {
            trace,
            recorder,
            scheduler,
            steps,
            history,
            most_alive,
            count_uses,
        }
    }
}
