//! The slots of a channel: which of them hold a message, and the order in which they wait to be received.

use std::collections::VecDeque;

/// The number of a slot, never used twice.
pub(crate) type Slot = u64;

/// Whether a slot holds its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// Not yet: a `select` has taken the case that sends it, and the send is not completed.
    Promised,
    /// Yes.
    Filled,
}

/// The slots that a channel has handed out and whose message has not been taken.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    /// In the order of the slots. They are mostly removed from the front.
    contents: VecDeque<(Slot, Content)>,
    /// The slots that wait to be received, in the order in which they will be.
    queue: VecDeque<Slot>,
}

impl Slots {
    /// Enters a slot for a message that will come.
    pub(crate) fn promise(&mut self, slot: Slot) -> Slot {
        self.enter(slot, Content::Promised);
        slot
    }

    /// Notes that the message of the slot is there.
    pub(crate) fn fill(&mut self, slot: Slot) {
        self.enter(slot, Content::Filled);
    }

    fn enter(&mut self, slot: Slot, content: Content) {
        match self.place(slot) {
            Ok(place) => self.contents[place].1 = content,
            Err(place) => self.contents.insert(place, (slot, content)),
        }
    }

    /// The position of the slot, or else where it would be inserted.
    fn place(&self, slot: Slot) -> Result<usize, usize> {
        self.contents.binary_search_by_key(&slot, |(slot, _)| *slot)
    }

    /// Notes that the message of the slot was taken.
    pub(crate) fn empty(&mut self, slot: Slot) {
        if let Ok(place) = self.place(slot) {
            self.contents.remove(place);
        }
    }

    /// Appends a slot to the queue.
    pub(crate) fn push(&mut self, slot: Slot) {
        self.queue.push_back(slot);
    }

    /// Takes the first slot from the queue.
    pub(crate) fn pop(&mut self) -> Option<Slot> {
        self.queue.pop_front()
    }

    /// Removes all slots that hold a message from the queue, and returns them in order.
    pub(crate) fn discard(&mut self) -> Vec<Slot> {
        let queue = std::mem::take(&mut self.queue);
        let (filled, promised): (Vec<Slot>, Vec<Slot>) = queue.into_iter().partition(|slot| self.is_filled(*slot));
        self.queue = promised.into();
        filled.iter().for_each(|slot| self.empty(*slot));
        filled
    }

    /// How many slots are in the queue.
    pub(crate) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Whether the slot holds its message.
    pub(crate) fn is_filled(&self, slot: Slot) -> bool {
        self.place(slot)
            .is_ok_and(|place| self.contents[place].1 == Content::Filled)
    }

    /// Whether the message of the slot was taken.
    pub(crate) fn is_empty(&self, slot: Slot) -> bool {
        self.place(slot).is_err()
    }
}
