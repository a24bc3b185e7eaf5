//! The sending end of a channel.

use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use crossbeam_channel::{SendError, SendTimeoutError, TrySendError};
use model_std::shim::trace::{ChannelProperty, ChannelSide, Op, SendFunction};
use model_std::shim::{self, Operation, Shared, Site, When};
use model_std::time::Instant;

use crate::channel::Channel;
use crate::core::{Core, Grant};
use crate::selecting::{Attempt, Call, Operand, Order, Outcome, Refusal, WaitLimit};

/// As [`crossbeam_channel::Sender`].
pub struct Sender<T> {
    channel: Shared<Channel<T>>,
}

impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}

impl<T> Sender<T> {
    pub(crate) fn new(channel: Shared<Channel<T>>) -> Self {
        Self { channel }
    }

    pub(crate) fn core(&self) -> &Shared<Core> {
        &self.channel.core
    }

    pub(crate) fn channel(&self) -> &Channel<T> {
        &self.channel
    }

    /// As [`crossbeam_channel::Sender::try_send`].
    ///
    /// # Errors
    ///
    /// The message, if there is no room or no receiver is left.
    #[track_caller]
    pub fn try_send(&self, msg: T) -> Result<(), TrySendError<T>> {
        self.perform(SendFunction::TrySend, msg, WaitLimit::NoWait, Location::caller())
            .map_err(|(refusal, message)| match refusal {
                Refusal::Disconnected => TrySendError::Disconnected(message),
                Refusal::WouldBlock | Refusal::TimedOut => TrySendError::Full(message),
            })
    }

    /// As [`crossbeam_channel::Sender::send`].
    ///
    /// # Errors
    ///
    /// The message, if no receiver is left.
    #[track_caller]
    pub fn send(&self, msg: T) -> Result<(), SendError<T>> {
        self.perform(SendFunction::Send, msg, WaitLimit::Forever, Location::caller())
            .map_err(|(_, message)| SendError(message))
    }

    /// As [`crossbeam_channel::Sender::send_timeout`], on the virtual clock.
    ///
    /// # Errors
    ///
    /// The message, if there is no room in time or no receiver is left.
    #[track_caller]
    pub fn send_timeout(&self, msg: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        self.perform(
            SendFunction::SendTimeout,
            msg,
            WaitLimit::of(timeout),
            Location::caller(),
        )
        .map_err(timed)
    }

    /// As [`crossbeam_channel::Sender::send_deadline`], on the virtual clock.
    ///
    /// # Errors
    ///
    /// The message, if there is no room in time or no receiver is left.
    #[track_caller]
    pub fn send_deadline(&self, msg: T, deadline: Instant) -> Result<(), SendTimeoutError<T>> {
        self.perform(
            SendFunction::SendDeadline,
            msg,
            WaitLimit::until(deadline),
            Location::caller(),
        )
        .map_err(timed)
    }

    /// As [`crossbeam_channel::Sender::is_empty`].
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        look(self.core(), ChannelProperty::IsEmpty, Location::caller(), |core| {
            core.len() == 0
        })
    }

    /// As [`crossbeam_channel::Sender::is_full`].
    #[track_caller]
    pub fn is_full(&self) -> bool {
        look(self.core(), ChannelProperty::IsFull, Location::caller(), Core::is_full)
    }

    /// As [`crossbeam_channel::Sender::len`].
    #[track_caller]
    pub fn len(&self) -> usize {
        look(self.core(), ChannelProperty::Len, Location::caller(), Core::len)
    }

    /// As [`crossbeam_channel::Sender::capacity`].
    pub fn capacity(&self) -> Option<usize> {
        self.core().capacity
    }

    /// As [`crossbeam_channel::Sender::same_channel`].
    pub fn same_channel(&self, other: &Sender<T>) -> bool {
        Shared::ptr_eq(&self.channel, &other.channel)
    }

    fn perform(&self, function: SendFunction, message: T, limit: WaitLimit, site: Site) -> Result<(), (Refusal, T)> {
        let slot = self.channel.offer(message);
        let attempt = Attempt {
            call: Call::Send(function),
            cases: &[Operand::Send(self.core(), Some(slot))],
            order: Order::First,
            limit,
            site,
        };
        let refusal = match attempt.select() {
            Some(selected) if !matches!(selected.outcome, Outcome::Granted(Grant::Closed)) => {
                if selected.was_paired {
                    self.channel.wait_until_taken(slot, site);
                }
                shim::switch_after_release();
                return Ok(());
            }
            Some(_) => Refusal::Disconnected,
            None => Refusal::WouldBlock,
        };
        Err((refusal, self.channel.take_back(slot)))
    }
}

fn timed<T>((refusal, message): (Refusal, T)) -> SendTimeoutError<T> {
    match refusal {
        Refusal::Disconnected => SendTimeoutError::Disconnected(message),
        Refusal::WouldBlock | Refusal::TimedOut => SendTimeoutError::Timeout(message),
    }
}

/// Reads a property of a channel. A rendezvous channel never changes its properties, so reading them is no operation.
pub(crate) fn look<R: Copy>(
    core: &Core,
    property: fn(R) -> ChannelProperty,
    site: Site,
    see: impl FnOnce(&Core) -> R,
) -> R {
    if core.is_rendezvous() {
        return see(core);
    }
    let operation = Operation {
        objects: &[&core.object],
        site: Some(site),
    };
    shim::announce(&operation, When::AtOnce);
    core.object.acquired();
    let seen = see(core);
    shim::record(Some(&core.object), Some(site), || {
        (Op::Inspect { seen: property(seen) }, core.trace_state())
    });
    seen
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.core().drop_end(ChannelSide::Send);
        shim::switch_after_release();
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.core().add_end(ChannelSide::Send);
        Self {
            channel: Shared::clone(&self.channel),
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Sender { .. }")
    }
}
