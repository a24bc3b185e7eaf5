//! Pools that the program owns, and what a thread of a pool can ask for.

use model_std::shim::Shared;
use std::error::Error;
use std::fmt;
use std::panic::Location;

use model_std::shim::Site;

use crate::broadcast::{self, BroadcastContext};
use crate::build_error::ThreadPoolBuildError;
use crate::builder::ThreadPoolBuilder;
use crate::join::join;
use crate::registry::Registry;
use crate::scope::{self, Scope, ScopeFifo, scope, scope_fifo};
use crate::spawn;
use crate::spawn_handler::ThreadSpawn;
use crate::worker::{Worker, Yield};

/// As `rayon_core::ThreadPool`.
pub struct ThreadPool {
    registry: Shared<Registry>,
}

impl ThreadPool {
    /// As `rayon_core::ThreadPool::new`.
    ///
    /// # Errors
    ///
    /// As [`ThreadPoolBuilder::build`].
    #[deprecated(note = "Use `ThreadPoolBuilder::build`")]
    #[expect(deprecated, reason = "the library still has it")]
    #[track_caller]
    pub fn new(configuration: crate::Configuration) -> Result<ThreadPool, Box<dyn Error>> {
        configuration.build()
    }

    pub(crate) fn build<S: ThreadSpawn>(
        builder: ThreadPoolBuilder<S>,
        site: Site,
    ) -> Result<ThreadPool, ThreadPoolBuildError> {
        let registry = Registry::new(builder, site)?;
        Ok(ThreadPool { registry })
    }

    /// As `rayon_core::ThreadPool::install`.
    #[track_caller]
    pub fn install<OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce() -> R + Send,
        R: Send,
    {
        Registry::in_worker(&self.registry, Location::caller(), |_, _| op())
    }

    /// As `rayon_core::ThreadPool::broadcast`.
    #[track_caller]
    pub fn broadcast<OP, R>(&self, op: OP) -> Vec<R>
    where
        OP: Fn(BroadcastContext<'_>) -> R + Sync,
        R: Send,
    {
        broadcast::broadcast_in(&self.registry, op, Location::caller())
    }

    /// As `rayon_core::ThreadPool::current_num_threads`.
    #[must_use]
    pub fn current_num_threads(&self) -> usize {
        self.registry.n_threads()
    }

    /// As `rayon_core::ThreadPool::current_thread_index`.
    #[must_use]
    pub fn current_thread_index(&self) -> Option<usize> {
        Registry::current_worker(&self.registry).map(|worker| worker.index)
    }

    /// As `rayon_core::ThreadPool::current_thread_has_pending_tasks`.
    #[must_use]
    #[track_caller]
    pub fn current_thread_has_pending_tasks(&self) -> Option<bool> {
        let worker = Registry::current_worker(&self.registry)?;
        Some(worker.has_pending_jobs(Location::caller()))
    }

    /// As `rayon_core::ThreadPool::join`.
    #[track_caller]
    pub fn join<A, B, RA, RB>(&self, oper_a: A, oper_b: B) -> (RA, RB)
    where
        A: FnOnce() -> RA + Send,
        B: FnOnce() -> RB + Send,
        RA: Send,
        RB: Send,
    {
        self.install(|| join(oper_a, oper_b))
    }

    /// As `rayon_core::ThreadPool::scope`.
    #[track_caller]
    pub fn scope<'scope, OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce(&Scope<'scope>) -> R + Send,
        R: Send,
    {
        self.install(|| scope(op))
    }

    /// As `rayon_core::ThreadPool::scope_fifo`.
    #[track_caller]
    pub fn scope_fifo<'scope, OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce(&ScopeFifo<'scope>) -> R + Send,
        R: Send,
    {
        self.install(|| scope_fifo(op))
    }

    /// As `rayon_core::ThreadPool::in_place_scope`.
    #[track_caller]
    pub fn in_place_scope<'scope, OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce(&Scope<'scope>) -> R,
    {
        scope::in_place(&self.registry, Location::caller(), op)
    }

    /// As `rayon_core::ThreadPool::in_place_scope_fifo`.
    #[track_caller]
    pub fn in_place_scope_fifo<'scope, OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce(&ScopeFifo<'scope>) -> R,
    {
        scope::in_place_fifo(&self.registry, Location::caller(), op)
    }

    /// As `rayon_core::ThreadPool::spawn`.
    #[track_caller]
    pub fn spawn<OP>(&self, op: OP)
    where
        OP: FnOnce() + Send + 'static,
    {
        spawn::spawn_in(&self.registry, op, Location::caller());
    }

    /// As `rayon_core::ThreadPool::spawn_fifo`.
    #[track_caller]
    pub fn spawn_fifo<OP>(&self, op: OP)
    where
        OP: FnOnce() + Send + 'static,
    {
        spawn::spawn_fifo_in(&self.registry, op, Location::caller());
    }

    /// As `rayon_core::ThreadPool::spawn_broadcast`.
    #[track_caller]
    pub fn spawn_broadcast<OP>(&self, op: OP)
    where
        OP: Fn(BroadcastContext<'_>) + Send + Sync + 'static,
    {
        broadcast::spawn_broadcast_in(&self.registry, op, Location::caller());
    }

    /// As `rayon_core::ThreadPool::yield_now`.
    #[track_caller]
    pub fn yield_now(&self) -> Option<Yield> {
        let worker = Registry::current_worker(&self.registry)?;
        Some(worker.yield_now(Location::caller()))
    }

    /// As `rayon_core::ThreadPool::yield_local`.
    #[track_caller]
    pub fn yield_local(&self) -> Option<Yield> {
        let worker = Registry::current_worker(&self.registry)?;
        Some(worker.yield_local(Location::caller()))
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        self.registry.release();
    }
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPool")
            .field("num_threads", &self.current_num_threads())
            .field("id", &self.registry.id())
            .finish()
    }
}

/// As `rayon_core::current_thread_index`.
#[must_use]
pub fn current_thread_index() -> Option<usize> {
    Worker::current().map(|worker| worker.index)
}

/// As `rayon_core::current_thread_has_pending_tasks`.
#[must_use]
#[track_caller]
pub fn current_thread_has_pending_tasks() -> Option<bool> {
    Some(Worker::current()?.has_pending_jobs(Location::caller()))
}

/// As `rayon_core::yield_now`.
#[track_caller]
pub fn yield_now() -> Option<Yield> {
    Some(Worker::current()?.yield_now(Location::caller()))
}

/// As `rayon_core::yield_local`.
#[track_caller]
pub fn yield_local() -> Option<Yield> {
    Some(Worker::current()?.yield_local(Location::caller()))
}
