//! The global pool, which every execution builds anew.

use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model_std::shim::Shared;
use model_std::shim::trace::{ObjectKind, OnceFunction, WaitReason};
use model_std::shim::{self, Condition, Object, Operation, Site, When};

use crate::build_error::{ErrorKind, ThreadPoolBuildError};
use crate::builder::ThreadPoolBuilder;
use crate::registry::Registry;
use crate::spawn_handler::ThreadSpawn;
use crate::worker::Worker;

/// The place for the global pool of the execution that is under way.
static SLOT: Mutex<Option<Shared<Slot>>> = Mutex::new(None);

struct Slot {
    execution: u64,
    object: Object,
    state: Mutex<State>,
}

#[derive(Clone)]
enum State {
    Empty,
    /// This thread builds the pool.
    BuiltBy(usize),
    /// The pool; `None` if it could not be built.
    Ready(Option<Shared<Registry>>),
}

/// The pool that a call at the line `site` is about: that of the running thread, or else the global one.
pub(crate) fn current(site: Site) -> Shared<Registry> {
    match Worker::current() {
        Some(worker) => worker.registry,
        None => global(site),
    }
}

/// The global pool, which the first call builds.
pub(crate) fn global(site: Site) -> Shared<Registry> {
    let registry = match shim::execution() {
        None => Registry::new(ThreadPoolBuilder::new(), site).ok(),
        Some(execution) => {
            let slot = Slot::of(execution, site);
            // A pool that is there stays there, so asking for it again is no operation.
            if let State::Ready(registry) = slot.state() {
                shim::learned(1);
                slot.object.acquired();
                registry
            } else {
                Slot::build_unless_ready(&slot, site, || Registry::new(ThreadPoolBuilder::new(), site).ok())
            }
        }
    };
    registry.expect("The global thread pool has not been initialized.")
}

/// Builds the global pool.
pub(crate) fn build_global<S: ThreadSpawn>(
    builder: ThreadPoolBuilder<S>,
    site: Site,
) -> Result<(), ThreadPoolBuildError> {
    let Some(execution) = shim::execution() else {
        return Ok(());
    };
    let mut result = Err(ErrorKind::GlobalPoolAlreadyInitialized.into());
    Slot::build_unless_ready(&Slot::of(execution, site), site, || {
        let built = Registry::new(builder, site);
        let registry = built.as_ref().ok().cloned();
        result = built.map(drop);
        registry
    });
    result
}

impl Slot {
    fn of(execution: u64, site: Site) -> Shared<Slot> {
        let mut slot = SLOT.lock().unwrap_or_else(PoisonError::into_inner);
        match &*slot {
            Some(slot) if slot.execution == execution => Shared::clone(slot),
            _ => {
                let new = Shared::new(Slot {
                    execution,
                    object: Object::new(ObjectKind::OnceLock, site),
                    state: Mutex::new(State::Empty),
                });
                // What is left of an execution is abandoned with it, not dropped: its destructors belong to it.
                std::mem::forget(slot.replace(Shared::clone(&new)));
                new
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> State {
        self.lock().clone()
    }

    /// The pool. Calls `build` if there is none and no thread builds it.
    fn build_unless_ready(
        this: &Shared<Self>,
        site: Site,
        build: impl FnOnce() -> Option<Shared<Registry>>,
    ) -> Option<Shared<Registry>> {
        let operation = Operation {
            objects: &[&this.object],
            site: Some(site),
        };
        shim::announce(
            &operation,
            When::Until(Rc::new(IsNotBeingBuilt(Shared::clone(this))), None),
        );
        this.object.acquired();
        if let State::Ready(registry) = this.state() {
            return registry;
        }
        *this.lock() = State::BuiltBy(shim::thread());
        this.object.changed();
        let registry = build();
        *this.lock() = State::Ready(registry.clone());
        this.object.changed();
        this.object.released();
        registry
    }
}

/// The condition that no thread is building the pool.
struct IsNotBeingBuilt(Shared<Slot>);

impl Condition for IsNotBeingBuilt {
    fn holds(&self) -> bool {
        match self.0.state() {
            State::Empty | State::Ready(_) => true,
            State::BuiltBy(_) => false,
        }
    }

    fn reason(&self) -> WaitReason {
        WaitReason::Initialization {
            function: OnceFunction::CallOnce,
        }
    }

    fn held_by(&self) -> Vec<usize> {
        match self.0.state() {
            State::Empty | State::Ready(_) => Vec::new(),
            State::BuiltBy(thread) => vec![thread],
        }
    }
}
