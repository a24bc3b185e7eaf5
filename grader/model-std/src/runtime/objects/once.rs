//! One-time initialisation: one thread initialises, and the others wait.
//!
//! What is complete stays complete. So a thread that has seen that an initialisation is complete learns nothing when it
//! looks again, and that is no operation: a loop may read a `LazyLock` as often as it likes.

use super::{Memory, ObjectId, State, Tag};
use crate::model::trace::{ObjectKind, OnceFunction, OnceOutcome, Op};
use crate::runtime::task::{Operation, Site, TaskId, Until};
use crate::runtime::{announce, announce_invisible, announce_wait, resolve, switch_after_release, try_with, with};

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
    if sees_known(id, function, site) {
        return Claim::Complete;
    }
    announce_wait(Operation::on(id, site), Until::Settled(id, function), None);
    with(|execution| {
        let current = execution.current;
        execution.acquire_from(id);
        let claim = match execution.objects.once(id) {
            Once::Complete => Claim::Complete,
            Once::Poisoned => Claim::ClaimedPoisoned,
            Once::Incomplete | Once::Running(_) => Claim::Claimed,
        };
        if claim == Claim::Complete {
            execution.me().known_complete.insert(id);
        } else {
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
    if sees_known(id, function, site) {
        return Once::Complete;
    }
    announce(Operation::on(id, site));
    read(id, function, site)
}

/// Waits until an attempt to initialise has ended, even with a panic.
pub(crate) fn wait(id: ObjectId, function: OnceFunction, site: Site) -> Once {
    if sees_known(id, function, site) {
        return Once::Complete;
    }
    announce_wait(Operation::on(id, site), Until::Initialised(id, function), None);
    read(id, function, site)
}

/// Waits until the initialisation is complete, even if attempts panic.
pub(crate) fn wait_force(id: ObjectId, function: OnceFunction, site: Site) {
    if sees_known(id, function, site) {
        return;
    }
    announce_wait(Operation::on(id, site), Until::Complete(id, function), None);
    read(id, function, site);
}

/// Reads the state in an operation that takes effect now.
fn read(id: ObjectId, function: OnceFunction, site: Site) -> Once {
    with(|execution| {
        execution.acquire_from(id);
        let once = execution.objects.once(id);
        if once == Once::Complete {
            execution.me().known_complete.insert(id);
        }
        execution.record(Some(id), Some(site), |_| inspected(function, once));
        once
    })
}

/// So many looks at what a thread knows count as one step, so that a loop of nothing else reaches the limit of steps.
const LOOKS_IN_A_STEP: u32 = 100;

/// So many looks are followed by an operation, so that a loop of nothing else lets other threads go on.
const LOOKS_WITHOUT_OPERATION: u32 = 10_000;

/// Whether the running thread knows that the initialisation is complete, so that it needs no operation to see it.
/// Records that it looked.
fn sees_known(id: ObjectId, function: OnceFunction, site: Site) -> bool {
    let looks = with(|execution| {
        let skips_invisible = execution.skips_invisible();
        let known = &mut execution.me().known_complete;
        if !skips_invisible || !known.has(id) {
            return None;
        }
        known.looks += 1;
        let looks = known.looks;
        if looks.is_multiple_of(LOOKS_IN_A_STEP) {
            execution.count_step();
        }
        execution.record(Some(id), Some(site), |_| inspected(function, Once::Complete));
        Some(looks)
    });
    if looks.is_some_and(|looks| looks.is_multiple_of(LOOKS_WITHOUT_OPERATION)) {
        announce_invisible(Operation::on(id, site));
    }
    looks.is_some()
}

/// The initialisations that a thread knows to be complete.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownComplete {
    /// One bit for each object.
    objects: Vec<u64>,
    /// How often the thread has looked at one of them.
    looks: u32,
}

impl KnownComplete {
    fn insert(&mut self, id: ObjectId) {
        if self.objects.len() <= id / 64 {
            self.objects.resize(id / 64 + 1, 0);
        }
        self.objects[id / 64] |= 1 << (id % 64);
    }

    fn remove(&mut self, id: ObjectId) {
        if let Some(word) = self.objects.get_mut(id / 64) {
            *word &= !(1 << (id % 64));
        }
    }

    fn has(&self, id: ObjectId) -> bool {
        self.objects.get(id / 64).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }
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
        if once == Once::Complete {
            execution.me().known_complete.insert(id);
        } else {
            let tasks = execution.tasks.iter_mut();
            tasks.for_each(|task| task.known_complete.remove(id));
        }
        execution.release_to(id);
        execution.wrote_to(id);
        execution.changed();
    });
}

/// The state, read without an operation: for methods with exclusive access.
pub(crate) fn state(id: ObjectId) -> Once {
    with(|execution| execution.objects.once(id))
}
