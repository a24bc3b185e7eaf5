//! A channel without its messages: who is left at each end, which slots wait to be received, who waits for a partner.
//!
//! A message has a *slot*, a number of its own, which the sending side hands out; the messages themselves are kept by slot in
//! [`Channel`](crate::channel::Channel). The lock around the state is only there for the compiler, and is never held across
//! an announcement.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model_std::shim::trace::{ChannelOutcome, ChannelSide, ObjectKind, ObjectState, Op};
use model_std::shim::{self, Object, Site};

use crate::selecting::Call;
use crate::slots::{Slot, Slots};

/// The number of the slot after all those that were handed out. Only equality of slots matters, so all channels share it.
static NEXT_SLOT: AtomicU64 = AtomicU64::new(0);

/// What a thread that waits for a partner shows to those who come later.
pub(crate) struct Ticket {
    thread: usize,
    call: Call,
    site: Site,
    partner: Mutex<Option<Met>>,
}

/// A partner was there: in which of the waiting thread's cases, and with which slot.
#[derive(Clone, Copy)]
pub(crate) struct Met {
    pub(crate) case: usize,
    pub(crate) slot: Slot,
}

/// A thread that waits at a channel without room, in one of the cases of what it wants.
struct Waiter {
    ticket: Arc<Ticket>,
    case: usize,
    /// The slot of the message that it wants to hand over, if that is there already.
    offered: Option<Slot>,
}

/// What an operation comes to.
#[derive(Clone, Copy)]
pub(crate) enum Grant {
    /// Nobody is left at the other end.
    Closed,
    /// The message is, or will be, in this slot.
    Slot(Slot),
}

/// An operation that took effect, and the waiting thread whose operation took effect with it.
pub(crate) struct Taken {
    pub(crate) grant: Grant,
    pub(crate) partner: Option<Arc<Ticket>>,
}

/// A channel without its messages.
pub(crate) struct Core {
    pub(crate) object: Object,
    /// How many messages may wait; `None` for no limit, 0 for handing over.
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
    pub(crate) fn new(call: Call, site: Site) -> Arc<Ticket> {
        Arc::new(Ticket {
            thread: shim::thread(),
            call,
            site,
            partner: Mutex::new(None),
        })
    }

    pub(crate) fn met(&self) -> Option<Met> {
        *self.partner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn meet(&self, met: Met) {
        *self.partner.lock().unwrap_or_else(PoisonError::into_inner) = Some(met);
    }

    /// Records that what the waiting thread wants took effect at `core`, where it is at `side`.
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

    /// Looks at the slots, or changes them.
    pub(crate) fn slots<R>(&self, look: impl FnOnce(&mut Slots) -> R) -> R {
        look(&mut self.state().slots)
    }

    /// Whether messages are handed over from thread to thread.
    pub(crate) fn is_rendezvous(&self) -> bool {
        self.capacity == Some(0)
    }

    /// How many are left at `side`.
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

    /// Whether no further message fits in.
    pub(crate) fn is_full(&self) -> bool {
        self.capacity.is_some_and(|capacity| self.len() >= capacity)
    }

    /// One more at `side`.
    pub(crate) fn join(&self, side: ChannelSide) {
        *self.state().count(side) += 1;
        self.object.prepared();
    }

    /// One less at `side`, which other threads can notice. Returns how many are left.
    pub(crate) fn leave(&self, side: ChannelSide) -> usize {
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
            (op, self.told())
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

    /// Performs an operation of the running thread that [is ready](Core::is_ready). `offered` is the slot of the message, if
    /// there is one already; otherwise a sender gets a slot in which it promises one.
    pub(crate) fn take(&self, side: ChannelSide, offered: Option<Slot>) -> Taken {
        let taken = if self.is_rendezvous() {
            self.meet(side, offered)
        } else {
            let grant = self.queue(side, offered);
            Taken { grant, partner: None }
        };
        self.object.changed();
        self.hand_on(side, taken.grant);
        taken
    }

    /// What a sender did before happens before what the receiver does next, and where there are bounds also the other way
    /// round. All messages of a channel are one here: that hands on more than the library does, never less.
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

    /// Meets one of the threads that wait at the other side.
    fn meet(&self, side: ChannelSide, offered: Option<Slot>) -> Taken {
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
        let (ticket, case, offered) = (Arc::clone(ticket), *case, offered.or(partner.offered));
        let slot = offered.unwrap_or_else(|| state.slots.promise(next_slot()));
        ticket.meet(Met { case, slot });
        state.remove(&ticket);
        Taken {
            grant: Grant::Slot(slot),
            partner: Some(ticket),
        }
    }

    /// Lets the thread with this ticket wait for a partner.
    pub(crate) fn begin_to_wait(&self, side: ChannelSide, ticket: &Arc<Ticket>, case: usize, offered: Option<Slot>) {
        let waiter = Waiter {
            ticket: Arc::clone(ticket),
            case,
            offered,
        };
        self.state().waiting(side).push(waiter);
        self.object.changed();
        self.object.released();
    }

    /// Lets the thread with this ticket wait no longer.
    pub(crate) fn end_waiting(&self, ticket: &Arc<Ticket>) {
        let was_there = self.state().remove(ticket);
        if was_there {
            self.object.changed();
        }
    }

    /// What it holds, as a trace tells it; nothing where it can hold nothing.
    pub(crate) fn told(&self) -> Option<ObjectState> {
        (!self.is_rendezvous()).then(|| ObjectState::Queue {
            len: self.len(),
            capacity: self.capacity,
        })
    }
}

/// A slot that nobody has had.
pub(crate) fn next_slot() -> Slot {
    // Nothing is published by it.
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

    /// Those who wait at the other side than `side`, have met nobody, and are not `thread` itself.
    fn partners(&self, side: ChannelSide, thread: usize) -> impl Iterator<Item = &Waiter> {
        let waiting = match side {
            ChannelSide::Send => &self.waiting_receivers,
            ChannelSide::Receive => &self.waiting_senders,
        };
        let is_partner = move |waiter: &&Waiter| waiter.ticket.thread != thread && waiter.ticket.met().is_none();
        waiting.iter().filter(is_partner)
    }

    /// Takes a ticket out of both lists, and says whether it was there.
    fn remove(&mut self, ticket: &Arc<Ticket>) -> bool {
        let before = self.waiting_senders.len() + self.waiting_receivers.len();
        for side in [ChannelSide::Send, ChannelSide::Receive] {
            self.waiting(side).retain(|waiter| !Arc::ptr_eq(&waiter.ticket, ticket));
        }
        before != self.waiting_senders.len() + self.waiting_receivers.len()
    }
}
