//! A job of a pool.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use model_std::shim;
use model_std::shim::Shared;

/// What a job runs. It catches the panics of the program.
pub(crate) type Work = Box<dyn FnOnce() + Send>;

/// A job that waits in a pool.
pub(crate) struct Job {
    /// Its number in the pool.
    pub(crate) number: u64,
    /// The thread that gave it to the pool.
    pub(crate) from: usize,
    /// How many operations that thread had announced by then.
    pub(crate) given_at: u64,
    pub(crate) work: Work,
}

impl Job {
    /// Whether another thread that looks for jobs now may still miss this one. Giving a job to a pool is no operation
    /// of its own but comes right after the last one of the thread. So until the next one takes effect, that thread may
    /// as well give the job to the pool later. A thread that does not run has announced its next operation.
    pub(crate) fn may_come_later(&self) -> bool {
        shim::thread() != self.from && shim::n_operations(self.from) <= self.given_at + 1
    }
}

/// Jobs that run in the order in which they came. For each of them, the queue of a thread has one place: whoever takes
/// a place runs the oldest job.
#[derive(Clone, Default)]
pub(crate) struct Fifo(Shared<Mutex<VecDeque<Work>>>);

impl Fifo {
    /// Adds a job. Returns what to put into the queue for it.
    pub(crate) fn place_for(&self, work: Work) -> Work {
        self.with(|jobs| jobs.push_back(work));
        let fifo = self.clone();
        Box::new(move || {
            let oldest = fifo.with(VecDeque::pop_front);
            oldest.expect("there are as many jobs as places")();
        })
    }

    fn with<R>(&self, change: impl FnOnce(&mut VecDeque<Work>) -> R) -> R {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
