//! Scopes: jobs that borrow from the function that waits for them.

use std::fmt;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use model_std::shim::Shared;
use model_std::shim::{self, Loan, Site};

use crate::broadcast::BroadcastContext;
use crate::global;
use crate::job::{Fifo, Work};
use crate::latch::Latch;
use crate::registry::Registry;
use crate::unwind::{self, Payload, catch};
use crate::worker::Worker;

/// As `rayon_core::Scope`.
pub struct Scope<'scope>(Base<'scope, Scope<'scope>>);

/// As `rayon_core::ScopeFifo`.
pub struct ScopeFifo<'scope> {
    base: Base<'scope, ScopeFifo<'scope>>,
    /// The order of the jobs of each thread of the pool.
    fifos: Vec<Fifo>,
}

/// A job of a scope of type `S`.
type Body<'scope, S> = Box<dyn FnOnce(&S) + Send + 'scope>;

/// What both types of scopes have.
struct Base<'scope, S> {
    registry: Shared<Registry>,
    /// For the jobs, and for the function that has opened the scope.
    latch: Shared<Latch>,
    /// Runs the job with the given index. Set when the scope is opened.
    runner: OnceLock<Loan>,
    /// `None` for each one that was begun.
    jobs: Mutex<Vec<Option<Body<'scope, S>>>>,
    /// The first panic.
    panic: Mutex<Option<Payload>>,
}

/// As `rayon_core::scope`.
#[track_caller]
pub fn scope<'scope, OP, R>(op: OP) -> R
where
    OP: FnOnce(&Scope<'scope>) -> R + Send,
    R: Send,
{
    let site = Location::caller();
    Registry::in_worker(&global::current(site), site, |worker, _| {
        Scope::open(Some(worker), &worker.registry, site, op)
    })
}

/// As `rayon_core::scope_fifo`.
#[track_caller]
pub fn scope_fifo<'scope, OP, R>(op: OP) -> R
where
    OP: FnOnce(&ScopeFifo<'scope>) -> R + Send,
    R: Send,
{
    let site = Location::caller();
    Registry::in_worker(&global::current(site), site, |worker, _| {
        ScopeFifo::open(Some(worker), &worker.registry, site, op)
    })
}

/// As `rayon_core::in_place_scope`.
#[track_caller]
pub fn in_place_scope<'scope, OP, R>(op: OP) -> R
where
    OP: FnOnce(&Scope<'scope>) -> R,
{
    let site = Location::caller();
    in_place(&global::current(site), site, op)
}

/// As `rayon_core::in_place_scope_fifo`.
#[track_caller]
pub fn in_place_scope_fifo<'scope, OP, R>(op: OP) -> R
where
    OP: FnOnce(&ScopeFifo<'scope>) -> R,
{
    let site = Location::caller();
    in_place_fifo(&global::current(site), site, op)
}

/// A scope of this pool that the running thread opens, whichever it is.
pub(crate) fn in_place<'scope, R>(registry: &Shared<Registry>, site: Site, op: impl FnOnce(&Scope<'scope>) -> R) -> R {
    Scope::open(Worker::current().as_ref(), registry, site, op)
}

/// As [`in_place`], with jobs in order.
pub(crate) fn in_place_fifo<'scope, R>(
    registry: &Shared<Registry>,
    site: Site,
    op: impl FnOnce(&ScopeFifo<'scope>) -> R,
) -> R {
    ScopeFifo::open(Worker::current().as_ref(), registry, site, op)
}

impl<'scope> Scope<'scope> {
    fn open<R>(
        worker: Option<&Worker>,
        registry: &Shared<Registry>,
        site: Site,
        op: impl FnOnce(&Scope<'scope>) -> R,
    ) -> R {
        let scope = Scope(Base::new(registry));
        scope.0.complete(&scope, worker, site, op)
    }

    /// As `rayon_core::Scope::spawn`.
    #[track_caller]
    pub fn spawn<BODY>(&self, body: BODY)
    where
        BODY: FnOnce(&Scope<'scope>) + Send + 'scope,
    {
        let work = self.0.job(Box::new(body));
        Registry::push(&self.0.registry, work, Location::caller());
    }

    /// As `rayon_core::Scope::spawn_broadcast`.
    #[track_caller]
    pub fn spawn_broadcast<BODY>(&self, body: BODY)
    where
        BODY: Fn(&Scope<'scope>, BroadcastContext<'_>) + Send + Sync + 'scope,
    {
        self.0.broadcast(body, Location::caller());
    }
}

impl<'scope> ScopeFifo<'scope> {
    fn open<R>(
        worker: Option<&Worker>,
        registry: &Shared<Registry>,
        site: Site,
        op: impl FnOnce(&ScopeFifo<'scope>) -> R,
    ) -> R {
        let scope = ScopeFifo {
            base: Base::new(registry),
            fifos: (0..registry.n_threads()).map(|_| Fifo::default()).collect(),
        };
        scope.base.complete(&scope, worker, site, op)
    }

    /// As `rayon_core::ScopeFifo::spawn_fifo`.
    #[track_caller]
    pub fn spawn_fifo<BODY>(&self, body: BODY)
    where
        BODY: FnOnce(&ScopeFifo<'scope>) + Send + 'scope,
    {
        let (work, registry, site) = (self.base.job(Box::new(body)), &self.base.registry, Location::caller());
        match Registry::current_worker(registry) {
            Some(Worker { index, .. }) => registry.push_local(index, self.fifos[index].place_for(work), site),
            None => registry.inject(work, site),
        };
    }

    /// As `rayon_core::ScopeFifo::spawn_broadcast`.
    #[track_caller]
    pub fn spawn_broadcast<BODY>(&self, body: BODY)
    where
        BODY: Fn(&ScopeFifo<'scope>, BroadcastContext<'_>) + Send + Sync + 'scope,
    {
        self.base.broadcast(body, Location::caller());
    }
}

impl<'scope, S> Base<'scope, S> {
    fn new(registry: &Shared<Registry>) -> Self {
        Base {
            registry: Shared::clone(registry),
            latch: Latch::new(registry, 1),
            runner: OnceLock::new(),
            jobs: Mutex::new(Vec::new()),
            panic: Mutex::new(None),
        }
    }

    fn jobs(&self) -> MutexGuard<'_, Vec<Option<Body<'scope, S>>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the function that opens the scope, and waits for all jobs. Panics with the first panic.
    fn complete<R>(&self, scope: &S, worker: Option<&Worker>, site: Site, op: impl FnOnce(&S) -> R) -> R {
        let run = |index: usize| {
            let body = self.jobs()[index].take().expect("a job runs once");
            self.call(|| body(scope));
        };
        let result = shim::lend(&run, |runner| {
            let _ = self.runner.set(runner);
            let result = self.call(|| op(scope));
            self.latch.count_down();
            Worker::wait_for(worker, &self.latch, site);
            result
        });
        let panic = self.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        unwind::unwrap(panic.map_or(Ok(()), Err));
        result.expect("it did not panic")
    }

    /// Calls a function of the program; `None` if it panics.
    fn call<R>(&self, function: impl FnOnce() -> R) -> Option<R> {
        let payload = match catch(function) {
            Ok(value) => return Some(value),
            Err(payload) => payload,
        };
        let mut panic = self.panic.lock().unwrap_or_else(PoisonError::into_inner);
        if panic.is_none() {
            *panic = Some(payload);
        } else {
            drop(panic);
            drop(payload);
        }
        None
    }

    /// Adds a job, and returns what runs it.
    fn job(&self, body: Body<'scope, S>) -> Work {
        self.latch.add();
        let index = {
            let mut jobs = self.jobs();
            jobs.push(Some(body));
            jobs.len() - 1
        };
        let latch = Shared::clone(&self.latch);
        let runner = self.runner.get().expect("the scope is open").clone();
        Box::new(move || latch.run(|| runner.call(index)))
    }

    fn broadcast(&self, body: impl Fn(&S, BroadcastContext<'_>) + Send + Sync + 'scope, site: Site) {
        let body = Shared::new(body);
        self.registry.broadcast(site, |_| {
            let body = Shared::clone(&body);
            self.job(Box::new(move |scope| {
                BroadcastContext::with(|context| body(scope, context))
            }))
        });
    }
}

impl fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("pool_id", &self.0.registry.id())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ScopeFifo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeFifo")
            .field("num_fifos", &self.fifos.len())
            .field("pool_id", &self.base.registry.id())
            .finish_non_exhaustive()
    }
}
