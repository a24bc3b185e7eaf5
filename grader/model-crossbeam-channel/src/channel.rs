//! A channel with its messages, and the functions that create one.
//!
//! Messages are stored by slot (see [`Core`]). Storing and taking a message here is part of the operation that was
//! granted the slot, and no operation of its own, unless it has to wait for the other side.

use std::collections::VecDeque;
use std::panic::Location;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model_std::shim::trace::{ChannelSide, WaitReason};
use model_std::shim::{self, Condition, Operation, Shared, Site, When};

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
    let channel = Shared::new(Channel {
        core: Shared::new(Core::new(capacity, site)),
        messages: Mutex::new(VecDeque::new()),
    });
    channel.core.object.prepared();
    (Sender::new(Shared::clone(&channel)), Receiver::of_channel(channel))
}

/// A channel with its messages.
pub(crate) struct Channel<T> {
    pub(crate) core: Shared<Core>,
    /// In the order in which they came, which is mostly the order in which they are taken. Not a map: that is several
    /// times as much code, compiled for each type of message.
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

    /// Puts a message into a new slot, which no receiver has been granted yet.
    pub(crate) fn offer(&self, message: T) -> Slot {
        let slot = next_slot();
        self.put(slot, message);
        slot
    }

    /// Puts a message into the slot in which it was promised.
    pub(crate) fn fill_promised(&self, slot: Slot, message: T) {
        self.put(slot, message);
        self.core.object.changed();
        self.core.object.released();
    }

    /// Takes back a message that no receiver took.
    pub(crate) fn take_back(&self, slot: Slot) -> T {
        self.core.empty(slot);
        self.remove(slot).expect("a message that nobody took is in its slot")
    }

    /// Waits until the message of a granted slot is there, and takes it.
    pub(crate) fn take(&self, slot: Slot, site: Site) -> T {
        wait(&self.core, slot, Step::Filled, site);
        let message = self.take_back(slot);
        self.core.object.acquired();
        // The sender may be waiting for that.
        if self.core.is_rendezvous() {
            self.core.object.changed();
            self.core.object.released();
        }
        message
    }

    /// Waits until the message of the slot has been taken.
    pub(crate) fn wait_until_taken(&self, slot: Slot, site: Site) {
        wait(&self.core, slot, Step::Emptied, site);
        self.core.object.acquired();
    }

    /// Drops the messages, which no thread can receive any more.
    pub(crate) fn discard(&self) {
        for slot in self.core.discard() {
            // Dropped while the lock is free: the message may own an end of this channel.
            drop(self.remove(slot));
        }
    }
}

impl<T> Drop for Channel<T> {
    fn drop(&mut self) {
        self.discard();
    }
}

/// Waits until a granted slot has reached `step`.
fn wait(core: &Shared<Core>, slot: Slot, step: Step, site: Site) {
    let condition = Reached {
        core: Shared::clone(core),
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

/// What can happen to a granted slot.
#[derive(Clone, Copy)]
enum Step {
    Filled,
    Emptied,
}

/// The condition that a slot has reached a step.
struct Reached {
    core: Shared<Core>,
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
