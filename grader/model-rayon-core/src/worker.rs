//! A thread of a pool: what it runs, and what it does while it waits.

use model_std::shim::Shared;
use std::cell::RefCell;
use std::rc::Rc;

use model_std::shim::trace::{ChannelProperty, Op, WaitReason, YieldFunction};
use model_std::shim::{self, Condition, Object, Operation, Site, When};

use crate::job::Job;
use crate::latch::Latch;
use crate::registry::{Registry, Source};

model_std::thread_local! {
    /// The pool that the running thread belongs to.
    static CURRENT: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

/// A thread of a pool.
#[derive(Clone)]
pub(crate) struct Worker {
    pub(crate) registry: Shared<Registry>,
    pub(crate) index: usize,
}

/// As `rayon_core::Yield`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yield {
    /// Work was found and executed.
    Executed,
    /// No available work was found.
    Idle,
}

/// How the wait of a [`Worker::join`] ended.
pub(crate) enum Joined {
    /// The job has ended.
    Ended,
    /// No other thread has taken the job. It is taken now, and the caller runs it.
    NotStolen,
}

impl Worker {
    /// The running thread, if it is one of a pool.
    pub(crate) fn current() -> Option<Worker> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Makes the running thread this one, for as long as it lives.
    pub(crate) fn become_current(&self) {
        CURRENT.with_borrow_mut(|current| *current = Some(self.clone()));
    }

    /// Makes the running thread this one while `function` runs.
    pub(crate) fn while_current<R>(&self, function: impl FnOnce() -> R) -> R {
        struct Restored;
        impl Drop for Restored {
            fn drop(&mut self) {
                CURRENT.with_borrow_mut(|current| *current = None);
            }
        }
        self.become_current();
        let _restored = Restored;
        function()
    }

    /// Runs jobs until the pool has no owner.
    pub(crate) fn run(&self) {
        self.while_current(|| {
            let handlers = &self.registry.handlers;
            if let Some(handler) = &handlers.start {
                self.registry.catch(|| handler(self.index));
            }
            self.run_jobs();
            if let Some(handler) = &handlers.exit {
                self.registry.catch(|| handler(self.index));
            }
        });
    }

    fn run_jobs(&self) {
        let thread = shim::thread();
        self.registry.note_begun();
        loop {
            shim::set_idle(thread, true);
            wait(Some(self), None, None);
            let (sources, n_usual) = self.registry.sources(self.index);
            if sources.is_empty() {
                return;
            }
            let job = self.take_one_of(&sources, n_usual, None);
            shim::set_idle(thread, false);
            self.execute(job);
        }
    }

    fn take_one_of(&self, sources: &[Source], n_usual: usize, site: Option<Site>) -> Job {
        let chosen = shim::choose_with_rare(sources.len(), n_usual);
        self.registry.take(self.index, sources[chosen], site)
    }

    fn execute(&self, job: Job) {
        (job.work)();
        self.registry.record_end(job.number);
    }

    /// Waits until the latch is open. A thread of a pool, `waiting`, runs other jobs meanwhile.
    pub(crate) fn wait_for(waiting: Option<&Worker>, latch: &Shared<Latch>, site: Site) {
        match waiting {
            Some(worker) => {
                worker.work_until(latch, None, site);
            }
            None => {
                wait(None, Some(latch), Some(site));
                latch.registry.object.acquired();
            }
        }
    }

    /// Waits for the job with this number, which the thread has given to its pool.
    pub(crate) fn join(&self, number: u64, latch: &Shared<Latch>, site: Site) -> Joined {
        self.work_until(latch, Some(number), site)
    }

    /// Runs jobs until the latch is open, or the job with this number comes up.
    fn work_until(&self, latch: &Shared<Latch>, number: Option<u64>, site: Site) -> Joined {
        let site = Some(site);
        loop {
            wait(Some(self), Some(latch), site);
            let (sources, n_usual) = self.registry.sources(self.index);
            if latch.is_open() {
                // It may have seemed closed, and only now the thread looks for a job.
                let may_run_a_job = !sources.is_empty() && latch.may_have_seemed_closed();
                if !may_run_a_job || shim::choose_with_rare(2, 1) == 0 {
                    latch.registry.object.acquired();
                    return Joined::Ended;
                }
            }
            let job = self.take_one_of(&sources, n_usual, site);
            if Some(job.number) == number {
                return Joined::NotStolen;
            }
            self.execute(job);
        }
    }

    /// Runs one job, if there is one.
    pub(crate) fn yield_now(&self, site: Site) -> Yield {
        self.yield_to(site, |worker| {
            let (sources, n_usual) = worker.registry.sources(worker.index);
            if sources.is_empty() {
                return None;
            }
            if worker.registry.may_find_nothing(worker.index) && shim::choose_with_rare(2, 1) == 1 {
                return None;
            }
            Some(worker.take_one_of(&sources, n_usual, Some(site)))
        })
    }

    /// Runs one of the thread's own jobs, if there is one.
    pub(crate) fn yield_local(&self, site: Site) -> Yield {
        self.yield_to(site, |worker| {
            let source = worker.registry.own_source(worker.index)?;
            let may_find_nothing = worker.registry.may_find_nothing_of_its_own(worker.index);
            if may_find_nothing && shim::choose_with_rare(2, 1) == 1 {
                return None;
            }
            Some(worker.registry.take(worker.index, source, Some(site)))
        })
    }

    fn yield_to(&self, site: Site, take: impl FnOnce(&Worker) -> Option<Job>) -> Yield {
        let operation = Operation {
            objects: &[&self.registry.object],
            site: Some(site),
        };
        shim::announce(&operation, When::AtOnce);
        if let Some(job) = take(self) {
            self.execute(job);
            return Yield::Executed;
        }
        // An operation of its own: if the other threads went before the thread looked, they would take its job.
        shim::announce(&operation, When::AfterOthers);
        shim::record(None, operation.site, || {
            let function = YieldFunction::YieldNow;
            (Op::Yield { function }, None)
        });
        Yield::Idle
    }

    /// Whether the thread has given jobs to the pool that nobody has taken.
    pub(crate) fn has_pending_jobs(&self, site: Site) -> bool {
        let registry = &self.registry;
        let operation = Operation {
            objects: &[&registry.object],
            site: Some(site),
        };
        shim::announce(&operation, When::AtOnce);
        let has_pending = registry.has_local(self.index);
        shim::record(Some(&registry.object), operation.site, || {
            let seen = ChannelProperty::IsEmpty(!has_pending);
            (Op::Inspect { seen }, None)
        });
        has_pending
    }
}

/// Announces a wait of the running thread: for the latch, and if it is `worker`, for a job to run meanwhile. Without a
/// latch, also until the pool has no owner.
fn wait(worker: Option<&Worker>, latch: Option<&Shared<Latch>>, site: Option<Site>) {
    let pools = [
        latch.map(|latch| &latch.registry),
        worker.map(|worker| &worker.registry),
    ];
    let mut objects: Vec<&Object> = pools.into_iter().flatten().map(|registry| &registry.object).collect();
    objects.dedup_by(|one, other| std::ptr::eq(*one, *other));
    let condition = Awaited {
        worker: worker.cloned(),
        latch: latch.cloned(),
    };
    assert!(
        shim::is_active() || condition.holds(),
        "outside an execution, no other thread can end this wait"
    );
    let operation = Operation {
        objects: &objects,
        site,
    };
    shim::announce(&operation, When::Until(Rc::new(condition), None));
}

/// What a thread waits for.
struct Awaited {
    worker: Option<Worker>,
    latch: Option<Shared<Latch>>,
}

impl Condition for Awaited {
    fn holds(&self) -> bool {
        let is_over = match (&self.latch, &self.worker) {
            (Some(latch), _) => latch.is_open(),
            (None, worker) => worker.as_ref().is_some_and(|worker| worker.registry.is_released()),
        };
        let has_work = |worker: &Worker| worker.registry.has_work(worker.index);
        is_over || self.worker.as_ref().is_some_and(has_work)
    }

    fn reason(&self) -> WaitReason {
        self.latch.as_ref().map_or(WaitReason::Work, |latch| latch.reason())
    }

    fn held_by(&self) -> Vec<usize> {
        self.latch.as_ref().map(|latch| latch.run_by()).unwrap_or_default()
    }
}
