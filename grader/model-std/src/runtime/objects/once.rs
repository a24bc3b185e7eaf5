//! One-time initialisation: one thread initialises, and the others wait.

use super::{Memory, ObjectId, State, Tag};
use crate::model::trace::{ObjectKind, OnceFunction, OnceOutcome, Op};
use crate::runtime::task::{Operation, Site, TaskId, Until};
use crate::runtime::{announce, announce_wait, resolve, switch_after_release, try_with, with};

/// The state of a one-time initialisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Once {
    /// Not begun.
    Incomplete,
    /// This task runs the initialiser.
    Running(TaskId),
    /// Finished.
    Complete,
    /// The initialiser panicked.
    Poisoned,
}

/// The result of [`begin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// The initialisation is already complete.
    Complete,
    /// The calling thread has to initialise it, as an [`Attempt`].
    Claimed,
    /// The calling thread has to initialise it, and an earlier initialiser panicked.
    ClaimedPoisoned,
}

/// The object's number; `None` outside an execution.
pub(crate) fn id(tag: &Tag, kind: ObjectKind, memory: &Memory) -> Option<ObjectId> {
    resolve(tag, kind, memory, || State::Once(Once::Incomplete))
}

/// Waits until no other thread runs the initialiser, and claims the initialisation if it is not complete.
pub(crate) fn begin(id: ObjectId, function: OnceFunction, site: Site) -> Claim {
    announce_wait(Operation::on(id, site), Until::Settled(id, function), None);
    with(|execution| {
        let current = execution.current;
        execution.acquire_from(id);
        let claim = match execution.objects.once(id) {
            Once::Complete => Claim::Complete,
            Once::Poisoned => Claim::ClaimedPoisoned,
            Once::Incomplete | Once::Running(_) => Claim::Claimed,
        };
        if claim != Claim::Complete {
            execution.objects.set_once(id, Once::Running(current));
            execution.changed();
        }
        execution.record(Some(id), Some(site), |_| Op::Initialize {
            function,
            outcome: match claim {
                Claim::Complete => OnceOutcome::Complete,
                Claim::Claimed | Claim::ClaimedPoisoned => OnceOutcome::Begins,
            },
        });
        claim
    })
}

/// Reads the state without waiting.
pub(crate) fn peek(id: ObjectId, function: OnceFunction, site: Site) -> Once {
    announce(Operation::on(id, site));
    read(id, function, site)
}

/// Waits until an attempt to initialise has ended, even with a panic.
pub(crate) fn wait(id: ObjectId, function: OnceFunction, site: Site) -> Once {
    announce_wait(Operation::on(id, site), Until::Initialised(id, function), None);
    read(id, function, site)
}

/// Waits until the initialisation is complete, even if attempts panic.
pub(crate) fn wait_force(id: ObjectId, function: OnceFunction, site: Site) {
    announce_wait(Operation::on(id, site), Until::Complete(id, function), None);
    read(id, function, site);
}

/// Reads the state in an operation that takes effect now.
fn read(id: ObjectId, function: OnceFunction, site: Site) -> Once {
    with(|execution| {
        execution.acquire_from(id);
        let once = execution.objects.once(id);
        execution.record(Some(id), Some(site), |_| inspected(function, once));
        once
    })
}

/// The operation, as a trace shows it, of a thread that found this state and does not initialise.
fn inspected(function: OnceFunction, once: Once) -> Op {
    let outcome = match once {
        Once::Complete => OnceOutcome::Complete,
        Once::Incomplete | Once::Running(_) => OnceOutcome::Incomplete,
        Once::Poisoned => OnceOutcome::Poisoned,
    };
    Op::Initialize { function, outcome }
}

/// An initialisation that the running thread has claimed.
#[derive(Debug)]
pub(crate) struct Attempt {
    id: ObjectId,
    site: Site,
    /// How many operations the thread had performed when the attempt began.
    began: u64,
    /// The state that the attempt leaves: poisoned, unless the initialiser returns.
    pub(crate) outcome: Once,
}

impl Attempt {
    /// The attempt that [`begin`] has just let the running thread make.
    pub(crate) fn new(id: ObjectId, site: Site) -> Self {
        Self {
            id,
            site,
            began: with(|execution| execution.me().activity.operations),
            outcome: Once::Poisoned,
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        // If the initialiser has performed operations, other threads may run between them and the end of the attempt.
        if with(|execution| execution.me().activity.operations) > self.began {
            let operation = Operation::on(self.id, self.site);
            announce(operation);
        }
        finish(self.id, self.outcome);
        switch_after_release();
    }
}

/// Ends the initialisation that the calling thread claimed.
pub(crate) fn finish(id: ObjectId, once: Once) {
    try_with(|execution| {
        execution.objects.set_once(id, once);
        execution.release_to(id);
        execution.wrote_to(id);
        execution.changed();
    });
}

/// The state, read without an operation: for methods with exclusive access.
pub(crate) fn state(id: ObjectId) -> Once {
    with(|execution| execution.objects.once(id))
}
