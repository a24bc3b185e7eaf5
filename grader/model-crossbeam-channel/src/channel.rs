//! A channel with its messages, and how one is made.
//!
//! Messages are kept by slot (see [`Core`]); what is done with them here is part of the operation that got the slot, except
//! where that has to wait for the other side.

use std::collections::BTreeMap;
use std::panic::Location;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model_std::twin::{self, Condition, Operation, Site, When};

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
        messages: Mutex::new(BTreeMap::new()),
    });
    channel.core.object.prepared();
    (Sender::new(Arc::clone(&channel)), Receiver::of_channel(channel))
}

/// A channel with its messages.
pub(crate) struct Channel<T> {
    pub(crate) core: Arc<Core>,
    messages: Mutex<BTreeMap<Slot, T>>,
}

impl<T> Channel<T> {
    fn messages(&self) -> MutexGuard<'_, BTreeMap<Slot, T>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a message into a slot of its own, where no receiver looks for it yet.
    pub(crate) fn offer(&self, message: T) -> Slot {
        let slot = next_slot();
        self.messages().insert(slot, message);
        self.core.slots(|slots| slots.fill(slot));
        slot
    }

    /// Puts a message into the slot that was promised for it.
    pub(crate) fn keep_promise(&self, slot: Slot, message: T) {
        self.messages().insert(slot, message);
        self.core.slots(|slots| slots.fill(slot));
        self.core.object.changed();
        self.core.object.released();
    }

    /// Takes back a message that was offered to nobody's use.
    pub(crate) fn take_back(&self, slot: Slot) -> T {
        self.core.slots(|slots| slots.empty(slot));
        let message = self.messages().remove(&slot);
        message.expect("a message that nobody took is in its slot")
    }

    /// Takes the message of a slot that was granted, once it is there.
    pub(crate) fn take(&self, slot: Slot, name: &'static str, site: Site) -> T {
        self.wait(slot, Step::Filled, name, site);
        let message = self.take_back(slot);
        self.core.object.acquired();
        // Whoever hands it over may wait for that.
        if self.core.hands_over() {
            self.core.object.changed();
            self.core.object.released();
        }
        message
    }

    /// Waits until the message of a slot was taken.
    pub(crate) fn wait_until_taken(&self, slot: Slot, site: Site) {
        self.wait(slot, Step::Emptied, "send", site);
        self.core.object.acquired();
    }

    /// Drops the messages that nobody can receive any more.
    pub(crate) fn discard(&self) {
        let discarded = self.core.slots(|slots| slots.discard());
        for slot in discarded {
            // Dropped without the lock: it may hold an end of this very channel.
            let message = self.messages().remove(&slot);
            drop(message);
        }
    }

    fn wait(&self, slot: Slot, step: Step, name: &'static str, site: Site) {
        let condition = Reached {
            core: Arc::clone(&self.core),
            slot,
            step,
        };
        if condition.holds() {
            return;
        }
        assert!(
            twin::is_active(),
            "the other side of a channel has to complete its operation, which outside an execution it cannot"
        );
        let operation = Operation {
            name,
            objects: &[&self.core.object],
            site: Some(site),
        };
        twin::announce(&operation, When::Until(Rc::new(condition), None));
    }
}

impl<T> Drop for Channel<T> {
    fn drop(&mut self) {
        self.discard();
    }
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

    fn describe(&self) -> Option<String> {
        Some("and the other side has not completed its operation".to_owned())
    }
}
