//! A pool: its queues of jobs, and how jobs come into it.

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model_std::shim::Shared;
use model_std::shim::trace::{ObjectKind, Op, WaitReason};
use model_std::shim::{self, Condition, Object, Operation, Site, When};

use crate::build_error::{ErrorKind, ThreadPoolBuildError};
use crate::builder::{Handlers, ThreadPoolBuilder};
use crate::job::{Fifo, Job, Work};
use crate::latch::Latch;
use crate::spawn_handler::{ThreadBuilder, ThreadSpawn};
use crate::unwind::{self, abort, catch};
use crate::worker::Worker;

/// A pool.
pub(crate) struct Registry {
    pub(crate) object: Object,
    pub(crate) handlers: Handlers,
    is_breadth_first: bool,
    state: Mutex<State>,
}

struct State {
    /// For each thread of the pool.
    queues: Vec<Queues>,
    /// Jobs that came from outside of the pool.
    injected: VecDeque<Job>,
    /// How many jobs were given to the pool.
    n_jobs: u64,
    /// How many threads have begun to look for jobs.
    n_begun: usize,
    /// What keeps the threads of the pool alive: its owner, and jobs that nobody waits for.
    owners: usize,
}

#[derive(Default)]
struct Queues {
    local: VecDeque<Job>,
    /// The order of the jobs of `spawn_fifo`.
    fifo: Fifo,
    broadcasts: VecDeque<Job>,
}

/// Where a thread of a pool can take a job.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    /// Its own queue.
    Local,
    /// What was broadcast to it.
    Broadcasts,
    /// The queue of another thread.
    Thread(usize),
    /// What came from outside.
    Injected,
}

impl Registry {
    /// A pool whose threads are started.
    pub(crate) fn new<S: ThreadSpawn>(
        mut builder: ThreadPoolBuilder<S>,
        site: Site,
    ) -> Result<Shared<Registry>, ThreadPoolBuildError> {
        let n_threads = builder.resolved_threads().min(crate::max_num_threads());
        let registry = Shared::new(Registry {
            object: Object::new(ObjectKind::RayonPool, site),
            handlers: builder.take_handlers(),
            is_breadth_first: builder.is_breadth_first,
            state: Mutex::new(State {
                queues: (0..n_threads).map(|_| Queues::default()).collect(),
                injected: VecDeque::new(),
                n_jobs: 0,
                n_begun: 0,
                owners: 1,
            }),
        });
        registry.object.prepared();
        /// Ends the threads that were started, if building the pool fails or a function of the program panics.
        struct Unfinished<'a>(&'a Registry);
        impl Drop for Unfinished<'_> {
            fn drop(&mut self) {
                self.0.release();
            }
        }
        let unfinished = Unfinished(&registry);
        (0..n_threads).try_for_each(|index| {
            let thread = ThreadBuilder {
                name: builder.name_of(index),
                stack_size: builder.stack_size,
                worker: Worker {
                    registry: Shared::clone(&registry),
                    index,
                },
            };
            if index == 0 && builder.uses_current_thread {
                if Worker::current().is_some() {
                    return Err(ErrorKind::CurrentThreadAlreadyInPool.into());
                }
                thread.worker.become_current();
                return Ok(());
            }
            if !shim::is_active() {
                return Ok(());
            }
            let spawned = builder.spawn_handler.spawn(thread, site);
            spawned.map_err(|error| ThreadPoolBuildError::from(ErrorKind::Io(error)))
        })?;
        std::mem::forget(unfinished);
        if shim::is_active() && registry.handlers.start.is_none() && builder.spawn_handler.starts_at_once() {
            Registry::wait_until_begun(&registry, n_threads - usize::from(builder.uses_current_thread), site);
        }
        Ok(registry)
    }

    /// Waits until all threads look for jobs. A thread that has not begun is the same to a program as one that has
    /// found no job, and this leaves the search with fewer threads to choose from.
    fn wait_until_begun(this: &Shared<Self>, n_threads: usize, site: Site) {
        let operation = Operation {
            objects: &[&this.object],
            site: Some(site),
        };
        let condition = HaveBegun {
            registry: Shared::clone(this),
            n_threads,
        };
        shim::announce(&operation, When::Until(Rc::new(condition), None));
    }

    /// Notes that the running thread looks for jobs from now on. In which order the threads begin makes no difference,
    /// so this does not count as a change of the pool.
    pub(crate) fn note_begun(&self) {
        self.state().n_begun += 1;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many threads it has.
    pub(crate) fn n_threads(&self) -> usize {
        self.state().queues.len()
    }

    /// A number that tells it from other pools of the execution.
    pub(crate) fn id(&self) -> Option<usize> {
        self.object.number()
    }

    /// The running thread, if it is one of this pool.
    pub(crate) fn current_worker(this: &Shared<Self>) -> Option<Worker> {
        Worker::current().filter(|worker| Shared::ptr_eq(&worker.registry, this))
    }

    /// Keeps the threads of the pool alive for a job that nobody waits for.
    pub(crate) fn keep(&self) {
        self.state().owners += 1;
        self.object.changed();
    }

    /// One reason less to keep the threads alive. After the last, they end when they have no job.
    pub(crate) fn release(&self) {
        self.state().owners -= 1;
        self.object.changed();
        self.object.released();
    }

    /// Whether the threads of the pool end.
    pub(crate) fn is_released(&self) -> bool {
        self.state().owners == 0
    }

    /// Calls a function of the program whose panic no caller can get.
    pub(crate) fn catch(&self, function: impl FnOnce()) {
        if let Err(payload) = catch(function) {
            let handled = self.handlers.panic.as_ref().map(|handler| catch(|| handler(payload)));
            if !matches!(handled, Some(Ok(()))) {
                abort();
            }
        }
    }

    /// Gives a job to the running thread, if it is one of the pool, or else to any of its threads.
    pub(crate) fn push(this: &Shared<Self>, work: Work, site: Site) -> u64 {
        match Self::current_worker(this) {
            Some(worker) => this.push_local(worker.index, work, site),
            None => this.inject(work, site),
        }
    }

    /// As [`Registry::push`], for a job that runs after the earlier ones of its thread.
    pub(crate) fn push_fifo(this: &Shared<Self>, work: Work, site: Site) {
        match Self::current_worker(this) {
            Some(worker) => {
                let fifo = this.state().queues[worker.index].fifo.clone();
                this.push_local(worker.index, fifo.place_for(work), site)
            }
            None => this.inject(work, site),
        };
    }

    /// Gives a job to thread `index` of the pool, which is the running one.
    pub(crate) fn push_local(&self, index: usize, work: Work, site: Site) -> u64 {
        self.add(work, site, |state, job| state.queues[index].local.push_back(job))
    }

    /// Gives a job to any thread of the pool.
    pub(crate) fn inject(&self, work: Work, site: Site) -> u64 {
        self.add(work, site, |state, job| state.injected.push_back(job))
    }

    /// Gives each thread of the pool a job of its own.
    pub(crate) fn broadcast(&self, site: Site, work: impl Fn(usize) -> Work) {
        for index in 0..self.n_threads() {
            self.add(work(index), site, |state, job| {
                state.queues[index].broadcasts.push_back(job)
            });
        }
    }

    fn add(&self, work: Work, site: Site, put: impl FnOnce(&mut State, Job)) -> u64 {
        let from = shim::thread();
        let number = {
            let mut state = self.state();
            state.n_jobs += 1;
            let number = state.n_jobs;
            let job = Job {
                number,
                from,
                given_at: shim::n_operations(from),
                work,
            };
            put(&mut state, job);
            number
        };
        self.object.changed_to_hold(self.n_waiting());
        self.object.released();
        shim::record(Some(&self.object), Some(site), || (Op::PushJob { job: number }, None));
        number
    }

    /// How many jobs nobody has taken yet.
    fn n_waiting(&self) -> usize {
        let state = self.state();
        let of_threads = state.queues.iter();
        let of_threads: usize = of_threads
            .map(|queues| queues.local.len() + queues.broadcasts.len())
            .sum();
        state.injected.len() + of_threads
    }

    /// Where thread `index` can take a job. The first `n` of them are where the library would take one now, and the
    /// others are where it may take one if it looked a moment ago.
    pub(crate) fn sources(&self, index: usize) -> (Vec<Source>, usize) {
        let state = self.state();
        let own = &state.queues[index];
        if !own.local.is_empty() {
            return (vec![Source::Local], 1);
        }
        if !own.broadcasts.is_empty() {
            return (vec![Source::Broadcasts], 1);
        }
        let others = (0..state.queues.len()).filter(|other| !state.queues[*other].local.is_empty());
        let mut sources: Vec<Source> = others.map(Source::Thread).collect();
        let n_usual = sources.len().max(1);
        if !state.injected.is_empty() {
            sources.push(Source::Injected);
        }
        (sources, n_usual)
    }

    /// Where thread `index` can take a job that only it can take, or that it has given to the pool itself.
    pub(crate) fn own_source(&self, index: usize) -> Option<Source> {
        let state = self.state();
        let own = &state.queues[index];
        match (own.local.is_empty(), own.broadcasts.is_empty()) {
            (false, _) => Some(Source::Local),
            (true, false) => Some(Source::Broadcasts),
            (true, true) => None,
        }
    }

    /// Whether thread `index` has given jobs to the pool that nobody has taken.
    pub(crate) fn has_local(&self, index: usize) -> bool {
        !self.state().queues[index].local.is_empty()
    }

    /// Whether there is a job that thread `index` can take.
    pub(crate) fn has_work(&self, index: usize) -> bool {
        let state = self.state();
        !state.injected.is_empty()
            || !state.queues[index].broadcasts.is_empty()
            || state.queues.iter().any(|queues| !queues.local.is_empty())
    }

    /// As [`Registry::may_find_nothing`], among its own jobs and what was broadcast to it.
    pub(crate) fn may_find_nothing_of_its_own(&self, index: usize) -> bool {
        let state = self.state();
        let own = &state.queues[index];
        own.local.iter().chain(&own.broadcasts).all(Job::may_come_later)
    }

    /// Whether thread `index`, which is the running one, may miss every job that it can take.
    pub(crate) fn may_find_nothing(&self, index: usize) -> bool {
        let state = self.state();
        let own = &state.queues[index];
        let others = state.queues.iter().flat_map(|queues| &queues.local);
        let mut jobs = others.chain(&state.injected).chain(&own.broadcasts);
        jobs.all(Job::may_come_later)
    }

    /// Takes a job for thread `index`, which is the running one.
    pub(crate) fn take(&self, index: usize, source: Source, site: Option<Site>) -> Job {
        let job = {
            let mut state = self.state();
            match source {
                Source::Local if self.is_breadth_first => state.queues[index].local.pop_front(),
                Source::Local => state.queues[index].local.pop_back(),
                Source::Broadcasts => state.queues[index].broadcasts.pop_front(),
                Source::Thread(other) => state.queues[other].local.pop_front(),
                Source::Injected => state.injected.pop_front(),
            }
        };
        let job = job.expect("nobody else has run since the job was found");
        self.object.changed_to_hold(self.n_waiting());
        self.object.acquired();
        shim::record(Some(&self.object), site, || {
            (
                Op::TakeJob {
                    job: job.number,
                    from: job.from,
                },
                None,
            )
        });
        job
    }

    /// Records that a job has ended.
    pub(crate) fn record_end(&self, number: u64) {
        shim::record(Some(&self.object), None, || (Op::EndJob { job: number }, None));
    }

    /// Calls `op` on a thread of the pool, and waits for it. `op` learns whether it is another thread than the caller.
    pub(crate) fn in_worker<R>(this: &Shared<Self>, site: Site, op: impl FnOnce(&Worker, bool) -> R) -> R {
        match Worker::current() {
            Some(worker) if Shared::ptr_eq(&worker.registry, this) => op(&worker, false),
            None if !shim::is_active() => {
                let worker = Worker {
                    registry: Shared::clone(this),
                    index: 0,
                };
                worker.while_current(|| op(&worker, true))
            }
            outside => Self::on_another_thread(this, outside, site, op),
        }
    }

    fn on_another_thread<R>(
        this: &Shared<Self>,
        waiting: Option<Worker>,
        site: Site,
        op: impl FnOnce(&Worker, bool) -> R,
    ) -> R {
        let op = Cell::new(Some(op));
        let result = Cell::new(None);
        let run = |_| {
            let op = op.take().expect("the job runs once");
            let worker = Worker::current().expect("a thread of the pool runs the job");
            result.set(Some(catch(|| op(&worker, true))));
        };
        shim::lend(&run, |loan| {
            let latch = Latch::new(this, 1);
            let opened = Shared::clone(&latch);
            this.inject(Box::new(move || opened.run(|| loan.call(0))), site);
            Worker::wait_for(waiting.as_ref(), &latch, site);
        });
        unwind::unwrap(result.take().expect("the job has ended"))
    }
}

/// The condition that so many threads of a pool look for jobs.
struct HaveBegun {
    registry: Shared<Registry>,
    n_threads: usize,
}

impl Condition for HaveBegun {
    fn holds(&self) -> bool {
        self.registry.state().n_begun >= self.n_threads
    }

    fn reason(&self) -> WaitReason {
        WaitReason::Work
    }
}
