//! A channel without its messages: how many ends are left, which slots wait to be received, and which threads wait for
//! a partner.
//!
//! Each message has a *slot*, a number that the sending side hands out. [`Channel`](crate::channel::Channel) stores the
//! messages by slot. A mutex makes the state `Sync`; it is never held across an announcement, so it is always free.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use model_std::shim::trace::{ChannelOutcome, ChannelSide, ObjectKind, ObjectState, Op};
use model_std::shim::{self, Object, Shared, Site};

use crate::selecting::Call;
use crate::slots::{Slot, Slots};

/// The next free slot number. All channels share it, because only equality of slots matters.
static NEXT_SLOT: AtomicU64 = AtomicU64::new(0);

/// The registration of a thread that waits for a partner.
pub(crate) struct Ticket {
    thread: usize,
    call: Call,
    site: Site,
    pairing: Mutex<Option<Pairing>>,
}

/// A waiting thread has got a partner.
#[derive(Clone, Copy)]
pub(crate) struct Pairing {
    pub(crate) case: usize,
    pub(crate) slot: Slot,
}

/// A thread that waits at a rendezvous channel, for one of its cases.
struct Waiter {
    ticket: Shared<Ticket>,
    case: usize,
    /// The slot of the message that it sends, if the message exists already.
    offered: Option<Slot>,
}

/// The result of an operation that took effect.
#[derive(Clone, Copy)]
pub(crate) enum Grant {
    /// No end is left at the other side.
    Closed,
    /// This slot holds the message, or will hold it.
    Slot(Slot),
}

/// The result of an operation, and the waiting thread whose operation took effect with it.
pub(crate) struct Taken {
    pub(crate) grant: Grant,
    pub(crate) partner: Option<Shared<Ticket>>,
}

/// A channel without its messages.
pub(crate) struct Core {
    pub(crate) object: Object,
    /// How many messages may wait; `None` for no limit, 0 for a rendezvous channel.
    pub(crate) capacity: Option<usize>,
    state: Mutex<State>,
}

struct State {
    senders: usize,
    receivers: usize,
    slots: Slots,
    waiting_senders: Vec<Waiter>,
    waiting_receivers: Vec<Waiter>,
}

impl Ticket {
    pub(crate) fn new(call: Call, site: Site) -> Shared<Ticket> {
        Shared::new(Ticket {
            thread: shim::thread(),
            call,
            site,
            pairing: Mutex::new(None),
        })
    }

    pub(crate) fn pairing(&self) -> Option<Pairing> {
        *self.pairing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pair(&self, pairing: Pairing) {
        *self.pairing.lock().unwrap_or_else(PoisonError::into_inner) = Some(pairing);
    }

    /// Records that the operation of the waiting thread, which is at `side` of `core`, took effect.
    pub(crate) fn record(&self, core: &Core, side: ChannelSide) {
        shim::record_for(self.thread, &core.object, self.site, || {
            self.call.op(side, ChannelOutcome::Done)
        });
    }
}

impl Core {
    pub(crate) fn new(capacity: Option<usize>, site: Site) -> Core {
        Core {
            object: Object::new(ObjectKind::CrossbeamChannel, site),
            capacity,
            state: Mutex::new(State {
                senders: 1,
                receivers: 1,
                slots: Slots::default(),
                waiting_senders: Vec::new(),
                waiting_receivers: Vec::new(),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the message of the slot is there.
    pub(crate) fn fill(&self, slot: Slot) {
        self.slots(|slots| slots.fill(slot));
    }

    /// Notes that the message of the slot was taken.
    pub(crate) fn empty(&self, slot: Slot) {
        self.slots(|slots| slots.empty(slot));
    }

    /// Takes all slots from the queue that hold a message, in order.
    pub(crate) fn discard(&self) -> Vec<Slot> {
        self.slots(Slots::discard)
    }

    /// Reads or changes the slots.
    pub(crate) fn slots<R>(&self, look: impl FnOnce(&mut Slots) -> R) -> R {
        look(&mut self.state().slots)
    }

    /// Whether a sender waits until its message is received.
    pub(crate) fn is_rendezvous(&self) -> bool {
        self.capacity == Some(0)
    }

    /// How many ends are left at `side`.
    pub(crate) fn left(&self, side: ChannelSide) -> usize {
        let state = self.state();
        match side {
            ChannelSide::Send => state.senders,
            ChannelSide::Receive => state.receivers,
        }
    }

    /// How many messages wait.
    pub(crate) fn len(&self) -> usize {
        self.slots(|slots| slots.queued())
    }

    /// Whether there is no room for another message.
    pub(crate) fn is_full(&self) -> bool {
        self.capacity.is_some_and(|capacity| self.len() >= capacity)
    }

    /// Adds an end at `side`.
    pub(crate) fn add_end(&self, side: ChannelSide) {
        *self.state().count(side) += 1;
        self.object.prepared();
    }

    /// Drops an end at `side`. Other threads can notice that, so it is an operation. Returns how many ends are left.
    pub(crate) fn drop_end(&self, side: ChannelSide) -> usize {
        let operation = shim::Operation {
            objects: &[&self.object],
            site: None,
        };
        shim::announce(&operation, shim::When::AtOnce);
        let left = {
            let mut state = self.state();
            let count = state.count(side);
            *count -= 1;
            *count
        };
        self.object.changed();
        self.object.released();
        shim::record(Some(&self.object), None, || {
            let op = match side {
                ChannelSide::Send => Op::DropSender { left },
                ChannelSide::Receive => Op::DropReceiver { left },
            };
            (op, self.trace_state())
        });
        left
    }

    /// Whether `thread` would not have to wait at `side`.
    pub(crate) fn is_ready(&self, side: ChannelSide, thread: usize) -> bool {
        let state = self.state();
        let is_closed = match side {
            ChannelSide::Send => state.receivers == 0,
            ChannelSide::Receive => state.senders == 0,
        };
        let is_possible = match (self.capacity, side) {
            (Some(0), _) => state.partners(side, thread).next().is_some(),
            (_, ChannelSide::Receive) => state.slots.queued() > 0,
            (capacity, ChannelSide::Send) => capacity.is_none_or(|capacity| state.slots.queued() < capacity),
        };
        is_closed || is_possible
    }

    /// Performs an operation of the running thread that [is ready](Core::is_ready). `offered` is the slot of the
    /// message, if the message exists already. Otherwise a sender gets a slot in which it promises a message.
    pub(crate) fn take(&self, side: ChannelSide, offered: Option<Slot>) -> Taken {
        let taken = if self.is_rendezvous() {
            self.pair_up(side, offered)
        } else {
            let grant = self.queue(side, offered);
            Taken { grant, partner: None }
        };
        self.object.changed_to_hold(self.len());
        self.hand_on(side, taken.grant);
        taken
    }

    /// Whatever a sender did before it sent happens before whatever a receiver does afterwards; at a bounded channel
    /// also the other way round. This does not tell the messages of a channel apart, so it orders more than the library
    /// does, never less.
    fn hand_on(&self, side: ChannelSide, grant: Grant) {
        let is_bounded = self.capacity.is_some();
        if side == ChannelSide::Send || is_bounded {
            self.object.released();
        }
        if side == ChannelSide::Receive || is_bounded || matches!(grant, Grant::Closed) {
            self.object.acquired();
        }
    }

    fn queue(&self, side: ChannelSide, offered: Option<Slot>) -> Grant {
        let mut state = self.state();
        match side {
            ChannelSide::Send if state.receivers == 0 => Grant::Closed,
            ChannelSide::Send => {
                let slot = offered.unwrap_or_else(|| state.slots.promise(next_slot()));
                state.slots.push(slot);
                Grant::Slot(slot)
            }
            ChannelSide::Receive => state.slots.pop().map_or(Grant::Closed, Grant::Slot),
        }
    }

    /// Pairs the running thread with one that waits at the other side.
    fn pair_up(&self, side: ChannelSide, offered: Option<Slot>) -> Taken {
        let thread = shim::thread();
        let n_partners = self.state().partners(side, thread).count();
        let chosen = shim::choose(n_partners);
        let mut state = self.state();
        let Some(partner) = state.partners(side, thread).nth(chosen) else {
            return Taken {
                grant: Grant::Closed,
                partner: None,
            };
        };
        let Waiter { ticket, case, .. } = partner;
        let (ticket, case, offered) = (Shared::clone(ticket), *case, offered.or(partner.offered));
        let slot = offered.unwrap_or_else(|| state.slots.promise(next_slot()));
        ticket.pair(Pairing { case, slot });
        state.remove(&ticket);
        Taken {
            grant: Grant::Slot(slot),
            partner: Some(ticket),
        }
    }

    /// Registers the thread with this ticket as waiting for a partner.
    pub(crate) fn register(&self, side: ChannelSide, ticket: &Shared<Ticket>, case: usize, offered: Option<Slot>) {
        let waiter = Waiter {
            ticket: Shared::clone(ticket),
            case,
            offered,
        };
        self.state().waiting(side).push(waiter);
        self.object.changed();
        self.object.released();
    }

    /// Removes the registration of the thread with this ticket.
    pub(crate) fn unregister(&self, ticket: &Shared<Ticket>) {
        let was_there = self.state().remove(ticket);
        if was_there {
            self.object.changed();
        }
    }

    /// The state that a trace shows; `None` for a rendezvous channel, which holds no messages.
    pub(crate) fn trace_state(&self) -> Option<ObjectState> {
        (!self.is_rendezvous()).then(|| ObjectState::Queue {
            len: self.len(),
            capacity: self.capacity,
        })
    }
}

/// A new slot.
pub(crate) fn next_slot() -> Slot {
    // Relaxed: the number publishes no other memory.
    NEXT_SLOT.fetch_add(1, Ordering::Relaxed)
}

impl State {
    fn count(&mut self, side: ChannelSide) -> &mut usize {
        match side {
            ChannelSide::Send => &mut self.senders,
            ChannelSide::Receive => &mut self.receivers,
        }
    }

    fn waiting(&mut self, side: ChannelSide) -> &mut Vec<Waiter> {
        match side {
            ChannelSide::Send => &mut self.waiting_senders,
            ChannelSide::Receive => &mut self.waiting_receivers,
        }
    }

    /// The threads other than `thread` that wait at the side opposite to `side` and have no partner yet.
    fn partners(&self, side: ChannelSide, thread: usize) -> impl Iterator<Item = &Waiter> {
        let waiting = match side {
            ChannelSide::Send => &self.waiting_receivers,
            ChannelSide::Receive => &self.waiting_senders,
        };
        let is_partner = move |waiter: &&Waiter| waiter.ticket.thread != thread && waiter.ticket.pairing().is_none();
        waiting.iter().filter(is_partner)
    }

    /// Removes a ticket from both lists. Returns whether it was there.
    fn remove(&mut self, ticket: &Shared<Ticket>) -> bool {
        let before = self.waiting_senders.len() + self.waiting_receivers.len();
        for side in [ChannelSide::Send, ChannelSide::Receive] {
            self.waiting(side)
                .retain(|waiter| !Shared::ptr_eq(&waiter.ticket, ticket));
        }
        before != self.waiting_senders.len() + self.waiting_receivers.len()
    }
}
