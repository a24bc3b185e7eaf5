//! What is initialised once: by one thread, while the others wait.

use super::{Memory, ObjectId, Once, State, Tag};
use crate::runtime::recorder::Seen;
use crate::runtime::task::{Operation, Site, Until};
use crate::runtime::{announce, resolve, try_with, with};

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
pub(crate) fn id(tag: &Tag, kind: &'static str, memory: &Memory) -> Option<ObjectId> {
    resolve(tag, kind, memory, || State::Once(Once::Incomplete))
}

/// Waits until nobody else is initialising, and claims the initialisation if it is still to be done.
pub(crate) fn begin(id: ObjectId, name: &'static str, site: Site) -> Found {
    announce(
        Operation {
            name,
            object: Some(id),
            site: Some(site),
        },
        Until::Settled(id),
        None,
    );
    with(|runtime| {
        let current = runtime.current;
        runtime.acquire_from(id);
        let found = match runtime.objects.once(id) {
            Once::Complete => Found::Complete,
            Once::Poisoned => Found::MinePoisoned,
            Once::Incomplete | Once::Running(_) => Found::Mine,
        };
        if found != Found::Complete {
            runtime.objects.set_once(id, Once::Running(current));
            runtime.changed();
        }
        runtime.record(name, Some(id), Some(site), |_| {
            let detail = if found == Found::Complete {
                "→ there"
            } else {
                "→ initialises"
            };
            Seen {
                detail: Some(detail.to_owned()),
                ..Seen::default()
            }
        });
        found
    })
}

/// Looks whether it is there, without waiting.
pub(crate) fn peek(id: ObjectId, name: &'static str, site: Site) -> Once {
    announce(
        Operation {
            name,
            object: Some(id),
            site: Some(site),
        },
        Until::Now,
        None,
    );
    with(|runtime| {
        let once = runtime.objects.once(id);
        runtime.acquire_from(id);
        runtime.record(name, Some(id), Some(site), |_| {
            let detail = if once == Once::Complete {
                "→ there"
            } else {
                "→ not there"
            };
            Seen {
                detail: Some(detail.to_owned()),
                ..Seen::default()
            }
        });
        once
    })
}

/// Waits until somebody has completed it, or has panicked over it.
pub(crate) fn wait(id: ObjectId, name: &'static str, site: Site) -> Once {
    wait_until(id, Until::Initialised(id), name, site)
}

/// Waits until somebody has completed it, however often the attempt panics.
pub(crate) fn wait_force(id: ObjectId, name: &'static str, site: Site) {
    wait_until(id, Until::Complete(id), name, site);
}

fn wait_until(id: ObjectId, until: Until, name: &'static str, site: Site) -> Once {
    announce(
        Operation {
            name,
            object: Some(id),
            site: Some(site),
        },
        until,
        None,
    );
    with(|runtime| {
        runtime.acquire_from(id);
        runtime.record(name, Some(id), Some(site), |_| Seen::default());
        runtime.objects.once(id)
    })
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
            began: with(|runtime| runtime.me().operations),
            outcome: Once::Poisoned,
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        // Where the initialiser has done something that others can see, they can also see that it has not ended yet.
        if with(|runtime| runtime.me().operations) > self.began {
            let operation = Operation {
                name: "initialised",
                object: Some(self.id),
                site: Some(self.site),
            };
            announce(operation, Until::Now, None);
        }
        finish(self.id, self.outcome);
    }
}

/// Ends the initialisation that the calling thread claimed.
pub(crate) fn finish(id: ObjectId, once: Once) {
    try_with(|runtime| {
        runtime.objects.set_once(id, once);
        runtime.release_to(id);
        runtime.wrote_to(id);
        runtime.changed();
    });
}

/// What is known about it now, without a scheduling point: for accessors that have it to themselves.
pub(crate) fn known(id: ObjectId) -> Once {
    with(|runtime| runtime.objects.once(id))
}
