//! Counts the jobs that a thread waits for.

use std::sync::{Mutex, MutexGuard, PoisonError};

use model_std::shim;
use model_std::shim::Shared;
use model_std::shim::trace::WaitReason;

use crate::registry::Registry;

/// Opens when a number of jobs have ended. They may run in a pool other than that of the thread that waits.
pub(crate) struct Latch {
    /// The pool that the jobs are given to.
    pub(crate) registry: Shared<Registry>,
    state: Mutex<State>,
}

struct State {
    left: usize,
    /// The threads that run one of the jobs.
    run_by: Vec<usize>,
    /// The thread that has counted a job as ended last.
    opened_by: Option<usize>,
}

impl Latch {
    /// A latch for `n` jobs.
    pub(crate) fn new(registry: &Shared<Registry>, n: usize) -> Shared<Latch> {
        Shared::new(Latch {
            registry: Shared::clone(registry),
            state: Mutex::new(State {
                left: n,
                run_by: Vec::new(),
                opened_by: None,
            }),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for one more job.
    pub(crate) fn add(&self) {
        self.state().left += 1;
        self.registry.object.changed();
    }

    /// Runs one of the jobs, which does not panic, and counts it as ended.
    pub(crate) fn run(&self, job: impl FnOnce()) {
        self.state().run_by.push(shim::thread());
        job();
        self.count_down();
        let mut state = self.state();
        if let Some(place) = state.run_by.iter().rposition(|thread| *thread == shim::thread()) {
            state.run_by.remove(place);
        }
    }

    /// Counts a job as ended. This is part of the job's last operation.
    pub(crate) fn count_down(&self) {
        {
            let mut state = self.state();
            state.left -= 1;
            state.opened_by = Some(shim::thread());
        }
        self.registry.object.changed();
        self.registry.object.released();
    }

    /// Whether all jobs have ended.
    pub(crate) fn is_open(&self) -> bool {
        self.state().left == 0
    }

    /// Whether the running thread may have seen a moment ago that the open latch is closed. Nothing but the latch tells
    /// a thread that it is open, unless the thread has opened it itself.
    pub(crate) fn may_have_seemed_closed(&self) -> bool {
        self.state().opened_by.is_some_and(|thread| thread != shim::thread())
    }

    /// Why a thread waits, in a deadlock.
    pub(crate) fn reason(&self) -> WaitReason {
        WaitReason::Jobs {
            left: self.state().left,
        }
    }

    /// The threads that run one of the jobs.
    pub(crate) fn run_by(&self) -> Vec<usize> {
        self.state().run_by.clone()
    }
}
