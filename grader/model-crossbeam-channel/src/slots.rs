//! The slots of a channel: which of them hold a message, and in which order they wait to be received.

use std::collections::{BTreeMap, VecDeque};

/// The number of a slot, never used twice.
pub(crate) type Slot = u64;

/// Whether the message of a slot is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// A `select` has chosen to send it and has yet to do so.
    Promised,
    /// It is there.
    Filled,
}

/// The slots that a channel has handed out and that were not emptied.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    contents: BTreeMap<Slot, Content>,
    /// Those that wait to be received, first come first served.
    queue: VecDeque<Slot>,
}

impl Slots {
    /// Enters a slot for a message that will come.
    pub(crate) fn promise(&mut self, slot: Slot) -> Slot {
        self.contents.insert(slot, Content::Promised);
        slot
    }

    /// Notes that the message of the slot is there.
    pub(crate) fn fill(&mut self, slot: Slot) {
        self.contents.insert(slot, Content::Filled);
    }

    /// Notes that the message of the slot was taken.
    pub(crate) fn empty(&mut self, slot: Slot) {
        self.contents.remove(&slot);
    }

    /// Puts a slot last in the queue.
    pub(crate) fn push(&mut self, slot: Slot) {
        self.queue.push_back(slot);
    }

    /// Takes the first slot from the queue.
    pub(crate) fn pop(&mut self) -> Option<Slot> {
        self.queue.pop_front()
    }

    /// Takes all slots from the queue that hold a message, in order.
    pub(crate) fn discard(&mut self) -> Vec<Slot> {
        let (filled, promised): (Vec<Slot>, Vec<Slot>) = self
            .queue
            .drain(..)
            .partition(|slot| self.contents[slot] == Content::Filled);
        self.queue = promised.into();
        filled.iter().for_each(|slot| self.empty(*slot));
        filled
    }

    /// How many slots stand in the queue.
    pub(crate) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Whether the message of the slot is there.
    pub(crate) fn is_filled(&self, slot: Slot) -> bool {
        self.contents.get(&slot) == Some(&Content::Filled)
    }

    /// Whether the message of the slot was taken.
    pub(crate) fn is_empty(&self, slot: Slot) -> bool {
        !self.contents.contains_key(&slot)
    }
}
