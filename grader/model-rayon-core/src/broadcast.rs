//! Functions that every thread of a pool runs.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};

use model_std::shim::Shared;
use model_std::shim::{self, Site};

use crate::global;
use crate::latch::Latch;
use crate::registry::Registry;
use crate::spawn;
use crate::unwind::{self, catch};
use crate::worker::Worker;

/// As `rayon_core::BroadcastContext`.
pub struct BroadcastContext<'a> {
    worker: Worker,
    /// Neither `Send` nor `Sync`: it says something about the running thread.
    _marker: PhantomData<&'a mut dyn Fn()>,
}

impl BroadcastContext<'_> {
    /// Calls a function with the context of the running thread, which is one of a pool.
    pub(crate) fn with<R>(function: impl FnOnce(BroadcastContext<'_>) -> R) -> R {
        function(BroadcastContext {
            worker: Worker::current().expect("a thread of the pool runs the job"),
            _marker: PhantomData,
        })
    }

    /// As `rayon_core::BroadcastContext::index`.
    #[must_use]
    pub fn index(&self) -> usize {
        self.worker.index
    }

    /// As `rayon_core::BroadcastContext::num_threads`.
    #[must_use]
    pub fn num_threads(&self) -> usize {
        self.worker.registry.n_threads()
    }
}

impl fmt::Debug for BroadcastContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BroadcastContext")
            .field("index", &self.index())
            .field("num_threads", &self.num_threads())
            .field("pool_id", &self.worker.registry.id())
            .finish()
    }
}

/// As `rayon_core::broadcast`.
#[track_caller]
pub fn broadcast<OP, R>(op: OP) -> Vec<R>
where
    OP: Fn(BroadcastContext<'_>) -> R + Sync,
    R: Send,
{
    let site = Location::caller();
    broadcast_in(&global::current(site), op, site)
}

/// As `rayon_core::spawn_broadcast`.
#[track_caller]
pub fn spawn_broadcast<OP>(op: OP)
where
    OP: Fn(BroadcastContext<'_>) + Send + Sync + 'static,
{
    let site = Location::caller();
    spawn_broadcast_in(&global::current(site), op, site);
}

/// As [`broadcast`], in this pool.
pub(crate) fn broadcast_in<R>(
    registry: &Shared<Registry>,
    op: impl Fn(BroadcastContext<'_>) -> R,
    site: Site,
) -> Vec<R> {
    let n_threads = registry.n_threads();
    let results = Mutex::new((0..n_threads).map(|_| None).collect::<Vec<_>>());
    let run = |index: usize| {
        let result = catch(|| BroadcastContext::with(&op));
        results.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(result);
    };
    shim::lend(&run, |loan| {
        let latch = Latch::new(registry, n_threads);
        registry.broadcast(site, |index| {
            let (latch, loan) = (Shared::clone(&latch), loan.clone());
            Box::new(move || latch.run(|| loan.call(index)))
        });
        match Worker::current() {
            None if !shim::is_active() => Registry::in_worker(registry, site, |worker, _| {
                Worker::wait_for(Some(worker), &latch, site);
            }),
            waiting => Worker::wait_for(waiting.as_ref(), &latch, site),
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    let ended = results.into_iter().map(|result| result.expect("the job has ended"));
    ended.map(unwind::unwrap).collect()
}

/// As [`spawn_broadcast`], in this pool.
pub(crate) fn spawn_broadcast_in(
    registry: &Shared<Registry>,
    op: impl Fn(BroadcastContext<'_>) + Send + Sync + 'static,
    site: Site,
) {
    let op = Shared::new(op);
    registry.broadcast(site, |_| {
        let op = Shared::clone(&op);
        spawn::job(registry, move || BroadcastContext::with(&*op))
    });
}
