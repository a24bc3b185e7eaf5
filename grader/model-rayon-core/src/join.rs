//! `join`: two functions, of which another thread of the pool may run the second.

use model_std::shim::Shared;
use std::cell::Cell;
use std::marker::PhantomData;
use std::panic::Location;

use model_std::shim::{self, Site};

use crate::global;
use crate::latch::Latch;
use crate::registry::Registry;
use crate::unwind::{self, catch};
use crate::worker::{Joined, Worker};

/// As `rayon_core::FnContext`.
#[derive(Debug)]
pub struct FnContext {
    migrated: bool,
    /// Neither `Send` nor `Sync`: it says something about the running thread.
    _marker: PhantomData<*mut ()>,
}

impl FnContext {
    fn new(migrated: bool) -> FnContext {
        FnContext {
            migrated,
            _marker: PhantomData,
        }
    }

    /// As `rayon_core::FnContext::migrated`.
    #[must_use]
    pub fn migrated(&self) -> bool {
        self.migrated
    }
}

/// As `rayon_core::join`.
#[track_caller]
pub fn join<A, B, RA, RB>(oper_a: A, oper_b: B) -> (RA, RB)
where
    A: FnOnce() -> RA + Send,
    B: FnOnce() -> RB + Send,
    RA: Send,
    RB: Send,
{
    join_context(|_| oper_a(), |_| oper_b())
}

/// As `rayon_core::join_context`.
#[track_caller]
pub fn join_context<A, B, RA, RB>(oper_a: A, oper_b: B) -> (RA, RB)
where
    A: FnOnce(FnContext) -> RA + Send,
    B: FnOnce(FnContext) -> RB + Send,
    RA: Send,
    RB: Send,
{
    let site = Location::caller();
    let both = |worker: &Worker, injected: bool| join_on(worker, injected, oper_a, oper_b, site);
    match Worker::current() {
        Some(worker) => both(&worker, false),
        None => Registry::in_worker(&global::global(site), site, both),
    }
}

fn join_on<RA, RB>(
    worker: &Worker,
    injected: bool,
    a: impl FnOnce(FnContext) -> RA,
    b: impl FnOnce(FnContext) -> RB,
    site: Site,
) -> (RA, RB) {
    let b = Cell::new(Some(b));
    let result_of_b = Cell::new(None);
    let run_b = |migrated| {
        let b = b.take().expect("the job runs once");
        result_of_b.set(Some(catch(|| b(FnContext::new(migrated != 0)))));
    };
    let result_of_a = shim::lend(&run_b, |loan| {
        let latch = Latch::new(&worker.registry, 1);
        let opened = Shared::clone(&latch);
        let stolen = loan.clone();
        let work = Box::new(move || opened.run(|| stolen.call(1)));
        let number = worker.registry.push_local(worker.index, work, site);
        let result_of_a = catch(|| a(FnContext::new(injected)));
        if result_of_a.is_err() {
            // The other function still runs, since it may have begun. Whoever runs it, it counts as stolen.
            Worker::wait_for(Some(worker), &latch, site);
        } else if let Joined::NotStolen = worker.join(number, &latch, site) {
            loan.call(injected.into());
            worker.registry.record_end(number);
        }
        result_of_a
    });
    let result_of_a = unwind::unwrap(result_of_a);
    let result_of_b = result_of_b.take().expect("the job has ended");
    (result_of_a, unwind::unwrap(result_of_b))
}
