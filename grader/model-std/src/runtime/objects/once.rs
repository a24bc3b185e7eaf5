//! Values that are initialised once: by one thread, while the others wait.

use super::{Memory, ObjectId, State, Tag};
use crate::model::trace::{ObjectKind, OnceFunction, OnceOutcome, Op};
use crate::runtime::task::{Operation, Site, TaskId, Until};
use crate::runtime::{announce, announce_wait, resolve, try_with, with};

/// How far something that is initialised once has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Once {
    /// Not begun.
    Incomplete,
    /// The task is at it.
    Running(TaskId),
    /// Finished.
    Complete,
    /// The initialiser panicked.
    Poisoned,
}

/// What a thread finds when it asks for something that is initialised once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It is there.
    Complete,
    /// The calling thread has to initialise it, as an [`Attempt`].
    Mine,
    /// The calling thread has to initialise it, and an earlier initialiser panicked.
    MinePoisoned,
}

/// Its number; `None` outside an execution.
pub(crate) fn id(tag: &Tag, kind: ObjectKind, memory: &Memory) -> Option<ObjectId> {
    resolve(tag, kind, memory, || State::Once(Once::Incomplete))
}

/// Waits until nobody else is initialising, and claims the initialisation if it is still to be done.
pub(crate) fn begin(id: ObjectId, function: OnceFunction, site: Site) -> Found {
    announce_wait(
        Operation {
            object: Some(id),
            site: Some(site),
        },
        Until::Settled(id, function),
        None,
    );
    with(|execution| {
        let current = execution.current;
        execution.acquire_from(id);
        let found = match execution.objects.once(id) {
            Once::Complete => Found::Complete,
            Once::Poisoned => Found::MinePoisoned,
            Once::Incomplete | Once::Running(_) => Found::Mine,
        };
        if found != Found::Complete {
            execution.objects.set_once(id, Once::Running(current));
            execution.changed();
        }
        execution.record(Some(id), Some(site), |_| Op::Initialize {
            function,
            outcome: match found {
                Found::Complete => OnceOutcome::Complete,
                Found::Mine | Found::MinePoisoned => OnceOutcome::Begins,
            },
        });
        found
    })
}

/// Looks whether it is there, without waiting.
pub(crate) fn peek(id: ObjectId, function: OnceFunction, site: Site) -> Once {
    announce(Operation {
        object: Some(id),
        site: Some(site),
    });
    with(|execution| {
        let once = execution.objects.once(id);
        execution.acquire_from(id);
        execution.record(Some(id), Some(site), |_| looked(function, once));
        once
    })
}

/// Waits until an attempt to initialise it has come to its end, even by a panic.
pub(crate) fn wait(id: ObjectId, function: OnceFunction, site: Site) -> Once {
    wait_until(id, Until::Initialised(id, function), function, site)
}

/// Waits until it is initialised, even if attempts panic.
pub(crate) fn wait_force(id: ObjectId, function: OnceFunction, site: Site) {
    wait_until(id, Until::Complete(id, function), function, site);
}

fn wait_until(id: ObjectId, until: Until, function: OnceFunction, site: Site) -> Once {
    announce_wait(
        Operation {
            object: Some(id),
            site: Some(site),
        },
        until,
        None,
    );
    with(|execution| {
        execution.acquire_from(id);
        let once = execution.objects.once(id);
        execution.record(Some(id), Some(site), |_| looked(function, once));
        once
    })
}

/// The operation of a thread that found `once` and leaves it alone.
fn looked(function: OnceFunction, once: Once) -> Op {
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
    /// How many operations the thread had performed when it began.
    began: u64,
    /// How it ends: as poisoned, unless it comes to its end.
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
        // Where the initialiser has done something that others can see, they can also see that it has not ended yet.
        if with(|execution| execution.me().activity.operations) > self.began {
            let operation = Operation {
                object: Some(self.id),
                site: Some(self.site),
            };
            announce(operation);
        }
        finish(self.id, self.outcome);
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

/// What is known about it now, without a scheduling point: for accessors that have it to themselves.
pub(crate) fn known(id: ObjectId) -> Once {
    with(|execution| execution.objects.once(id))
}
