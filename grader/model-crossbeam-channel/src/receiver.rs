//! The receiving end of a channel, whether threads or the clock send into it.

use std::fmt;
use std::marker::PhantomData;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::Mutex;
use std::time::Duration;

use crossbeam_channel::{RecvError, RecvTimeoutError, TryRecvError};
use model_std::shim::trace::{ChannelProperty, ChannelSide, Op, ReceiveFunction};
use model_std::shim::{self, Operation, Shared, Site, When};
use model_std::time::Instant;

use crate::channel::Channel;
use crate::core::{Core, Grant};
use crate::iterators::{Iter, TryIter};
use crate::selecting::{Attempt, Call, Operand, Order, Outcome, Refusal, WaitLimit};
use crate::sender::look;
use crate::timer::Timer;

/// As [`crossbeam_channel::Receiver`].
pub struct Receiver<T> {
    kind: Kind<T>,
}

/// Where the messages come from.
enum Kind<T> {
    Channel(Shared<Channel<T>>),
    /// The clock. The function converts its messages.
    Timer(Shared<Timer>, fn(Instant) -> T),
    /// Nowhere. The marker gives the type the same auto traits as a channel has.
    Never(PhantomData<Mutex<T>>),
}

impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}

impl<T> Receiver<T> {
    pub(crate) fn of_channel(channel: Shared<Channel<T>>) -> Self {
        Self {
            kind: Kind::Channel(channel),
        }
    }

    pub(crate) fn of_timer(timer: Shared<Timer>, message: fn(Instant) -> T) -> Self {
        Self {
            kind: Kind::Timer(timer, message),
        }
    }

    pub(crate) const fn of_never() -> Self {
        Self {
            kind: Kind::Never(PhantomData),
        }
    }

    /// What a case of this receiver operates on.
    pub(crate) fn operand(&self) -> Operand<'_> {
        match &self.kind {
            Kind::Channel(channel) => Operand::Receive(&channel.core),
            Kind::Timer(timer, _) => Operand::Timer(timer),
            Kind::Never(_) => Operand::Never,
        }
    }

    /// As [`crossbeam_channel::Receiver::try_recv`].
    ///
    /// # Errors
    ///
    /// If no message waits.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.perform(ReceiveFunction::TryRecv, WaitLimit::NoWait, Location::caller())
            .map_err(|refusal| match refusal {
                Refusal::Disconnected => TryRecvError::Disconnected,
                Refusal::WouldBlock | Refusal::TimedOut => TryRecvError::Empty,
            })
    }

    /// As [`crossbeam_channel::Receiver::recv`].
    ///
    /// # Errors
    ///
    /// If no message is left and every sender is gone.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.perform(ReceiveFunction::Recv, WaitLimit::Forever, Location::caller())
            .map_err(|_| RecvError)
    }

    /// As [`crossbeam_channel::Receiver::recv_timeout`], on the virtual clock.
    ///
    /// # Errors
    ///
    /// If no message comes in time, or none is left and every sender is gone.
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        self.perform(ReceiveFunction::RecvTimeout, WaitLimit::of(timeout), Location::caller())
            .map_err(timed)
    }

    /// As [`crossbeam_channel::Receiver::recv_deadline`], on the virtual clock.
    ///
    /// # Errors
    ///
    /// If no message comes in time, or none is left and every sender is gone.
    #[track_caller]
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        self.perform(
            ReceiveFunction::RecvDeadline,
            WaitLimit::until(deadline),
            Location::caller(),
        )
        .map_err(timed)
    }

    /// As [`crossbeam_channel::Receiver::is_empty`].
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.look(
            ChannelProperty::IsEmpty,
            Location::caller(),
            |core| core.len() == 0,
            |is_there| !is_there,
        )
    }

    /// As [`crossbeam_channel::Receiver::is_full`].
    #[track_caller]
    pub fn is_full(&self) -> bool {
        match &self.kind {
            // As in the library: its capacity is 0, so it is both full and empty.
            Kind::Never(_) => true,
            Kind::Channel(_) | Kind::Timer(..) => {
                let property = ChannelProperty::IsFull;
                self.look(property, Location::caller(), Core::is_full, |is_there| is_there)
            }
        }
    }

    /// As [`crossbeam_channel::Receiver::len`].
    #[track_caller]
    pub fn len(&self) -> usize {
        self.look(ChannelProperty::Len, Location::caller(), Core::len, usize::from)
    }

    /// As [`crossbeam_channel::Receiver::capacity`].
    pub fn capacity(&self) -> Option<usize> {
        match &self.kind {
            Kind::Channel(channel) => channel.core.capacity,
            Kind::Timer(..) => Some(1),
            Kind::Never(_) => Some(0),
        }
    }

    /// As [`crossbeam_channel::Receiver::iter`].
    #[track_caller]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(self, Location::caller())
    }

    /// As [`crossbeam_channel::Receiver::try_iter`].
    #[track_caller]
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter::new(self, Location::caller())
    }

    /// As [`crossbeam_channel::Receiver::same_channel`].
    pub fn same_channel(&self, other: &Receiver<T>) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Channel(one), Kind::Channel(other)) => Shared::ptr_eq(one, other),
            (Kind::Timer(one, _), Kind::Timer(other, _)) => Shared::ptr_eq(one, other),
            (Kind::Never(_), Kind::Never(_)) => true,
            (Kind::Channel(_) | Kind::Timer(..) | Kind::Never(_), _) => false,
        }
    }

    pub(crate) fn perform(&self, function: ReceiveFunction, limit: WaitLimit, site: Site) -> Result<T, Refusal> {
        if let Kind::Timer(timer, message) = &self.kind
            && timer.can_be_reserved()
            && !matches!(limit, WaitLimit::NoWait)
        {
            return timer.reserve(function, limit, site).map(message);
        }
        let attempt = Attempt {
            call: Call::Receive(function),
            cases: &[self.operand()],
            order: Order::First,
            limit,
            site,
        };
        let selected = attempt.select().ok_or(Refusal::WouldBlock)?;
        self.complete(selected.outcome, site).ok_or(Refusal::Disconnected)
    }

    /// The message that an operation received; `None` if the channel is disconnected.
    pub(crate) fn complete(&self, outcome: Outcome, site: Site) -> Option<T> {
        match (&self.kind, outcome) {
            (Kind::Channel(channel), Outcome::Granted(Grant::Slot(slot))) => Some(channel.take(slot, site)),
            (Kind::Timer(_, message), Outcome::Delivered(instant)) => Some(message(instant)),
            (Kind::Channel(_) | Kind::Timer(..) | Kind::Never(_), _) => None,
        }
    }

    /// Reads a property of the channel; for a timer, whether a message has arrived.
    fn look<R: Copy>(
        &self,
        property: fn(R) -> ChannelProperty,
        site: Site,
        see: impl FnOnce(&Core) -> R,
        of_clock: impl FnOnce(bool) -> R,
    ) -> R {
        match &self.kind {
            Kind::Channel(channel) => look(&channel.core, property, site, see),
            Kind::Timer(timer, _) => {
                let operation = Operation {
                    objects: &[&timer.object],
                    site: Some(site),
                };
                shim::announce(&operation, When::AtOnce);
                let seen = of_clock(timer.is_ready(shim::now()));
                shim::record(Some(&timer.object), Some(site), || {
                    (Op::Inspect { seen: property(seen) }, None)
                });
                seen
            }
            Kind::Never(_) => of_clock(false),
        }
    }
}

fn timed(refusal: Refusal) -> RecvTimeoutError {
    match refusal {
        Refusal::Disconnected => RecvTimeoutError::Disconnected,
        Refusal::WouldBlock | Refusal::TimedOut => RecvTimeoutError::Timeout,
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let Kind::Channel(channel) = &self.kind else { return };
        // A bounded channel keeps its messages until its last end is gone.
        if channel.core.drop_end(ChannelSide::Receive) == 0 && channel.core.capacity.is_none() {
            channel.discard();
        }
        shim::switch_after_release();
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        match &self.kind {
            Kind::Channel(channel) => {
                channel.core.add_end(ChannelSide::Receive);
                Self::of_channel(Shared::clone(channel))
            }
            Kind::Timer(timer, message) => Self::of_timer(Shared::clone(timer), *message),
            Kind::Never(_) => Self::of_never(),
        }
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Receiver { .. }")
    }
}
