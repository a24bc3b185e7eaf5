//! A channel with its messages, and how one is made.
//!
//! Messages are kept by slot (see [`Core`]); what is done with them here is part of the operation that got the slot, except
//! where that has to wait for the other side.

use std::collections::VecDeque;
use std::panic::Location;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model_std::shim::trace::{ChannelSide, WaitReason};
use model_std::shim::{self, Condition, Operation, Site, When};

use crate::core::{Core, next_slot};
use crate::receiver::Receiver;
use crate::sender::Sender;
use crate::slots::Slot;

/// As [`crossbeam_channel::unbounded`].
#[track_caller]
#[must_use]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    open(None, Location::caller())
}

/// As [`crossbeam_channel::bounded`].
#[track_caller]
#[must_use]
pub fn bounded<T>(cap: usize) -> (Sender<T>, Receiver<T>) {
    open(Some(cap), Location::caller())
}

fn open<T>(capacity: Option<usize>, site: Site) -> (Sender<T>, Receiver<T>) {
    let channel = Arc::new(Channel {
        core: Arc::new(Core::new(capacity, site)),
        messages: Mutex::new(VecDeque::new()),
    });
    channel.core.object.prepared();
    (Sender::new(Arc::clone(&channel)), Receiver::of_channel(channel))
}

/// A channel with its messages.
pub(crate) struct Channel<T> {
    pub(crate) core: Arc<Core>,
    /// In the order in which they came, which is mostly that in which they are taken. A map would be compiled again for each
    /// type of message, and is several times as much.
    messages: Mutex<VecDeque<(Slot, T)>>,
}

impl<T> Channel<T> {
    fn messages(&self) -> MutexGuard<'_, VecDeque<(Slot, T)>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, slot: Slot, message: T) {
        self.messages().push_back((slot, message));
        self.core.fill(slot);
    }

    fn remove(&self, slot: Slot) -> Option<T> {
        let mut messages = self.messages();
        let place = messages.iter().position(|(of, _)| *of == slot)?;
        messages.remove(place).map(|(_, message)| message)
    }

    /// Puts a message into a slot of its own, where no receiver looks for it yet.
    pub(crate) fn offer(&self, message: T) -> Slot {
        let slot = next_slot();
        self.put(slot, message);
        slot
    }

    /// Puts a message into the slot that was promised for it.
    pub(crate) fn keep_promise(&self, slot: Slot, message: T) {
        self.put(slot, message);
        self.core.object.changed();
        self.core.object.released();
    }

    /// Takes back a message that was offered to nobody's use.
    pub(crate) fn take_back(&self, slot: Slot) -> T {
        self.core.empty(slot);
        self.remove(slot).expect("a message that nobody took is in its slot")
    }

    /// Takes the message of a slot that was granted, once it is there.
    pub(crate) fn take(&self, slot: Slot, site: Site) -> T {
        wait(&self.core, slot, Step::Filled, site);
        let message = self.take_back(slot);
        self.core.object.acquired();
        // Whoever hands it over may wait for that.
        if self.core.is_rendezvous() {
            self.core.object.changed();
            self.core.object.released();
        }
        message
    }

    /// Waits until the message of a slot was taken.
    pub(crate) fn wait_until_taken(&self, slot: Slot, site: Site) {
        wait(&self.core, slot, Step::Emptied, site);
        self.core.object.acquired();
    }

    /// Drops the messages that nobody can receive any more.
    pub(crate) fn discard(&self) {
        for slot in self.core.discard() {
            // Dropped without the lock: it may hold an end of this very channel.
            drop(self.remove(slot));
        }
    }
}

impl<T> Drop for Channel<T> {
    fn drop(&mut self) {
        self.discard();
    }
}

/// Waits until a slot that was granted has come so far.
fn wait(core: &Arc<Core>, slot: Slot, step: Step, site: Site) {
    let condition = Reached {
        core: Arc::clone(core),
        slot,
        step,
    };
    if condition.holds() {
        return;
    }
    assert!(
        shim::is_active(),
        "the other side of a channel has to complete its operation, which outside an execution it cannot"
    );
    let operation = Operation {
        objects: &[&core.object],
        site: Some(site),
    };
    shim::announce(&operation, When::Until(Rc::new(condition), None));
}

/// How far a slot that was granted has to come.
#[derive(Clone, Copy)]
enum Step {
    Filled,
    Emptied,
}

/// A slot has come so far.
struct Reached {
    core: Arc<Core>,
    slot: Slot,
    step: Step,
}

impl Condition for Reached {
    fn holds(&self) -> bool {
        self.core.slots(|slots| match self.step {
            Step::Filled => slots.is_filled(self.slot),
            Step::Emptied => slots.is_empty(self.slot),
        })
    }

    fn reason(&self) -> WaitReason {
        let side = match self.step {
            Step::Filled => ChannelSide::Receive,
            Step::Emptied => ChannelSide::Send,
        };
        WaitReason::Partner { side }
    }
}
