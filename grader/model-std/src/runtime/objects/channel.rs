//! Channels, without their messages: how many messages wait, and which ends are left.

use std::time::Duration;

use super::{Memory, ObjectId, State, Tag};
use crate::model::trace::{ChannelOutcome, ObjectKind, Op, ReceiveFunction, SendFunction};
use crate::runtime::execution::Execution;
use crate::runtime::task::{Operation, Site, Until, Wake};
use crate::runtime::{announce, announce_wait, resolve, switch_after_release, switches_after_release, try_with, with};

/// A channel, without its messages.
#[derive(Debug)]
pub(crate) struct Channel {
    /// How many messages may wait in it; `None` for no limit, 0 for a rendezvous channel.
    pub(crate) capacity: Option<usize>,
    /// How many messages were ever sent.
    pub(crate) sent: u64,
    /// How many messages were ever received.
    pub(crate) received: u64,
    /// How many senders are left.
    pub(crate) senders: usize,
    /// Whether there is still a receiver.
    pub(crate) receiver: bool,
}

impl Channel {
    /// How many messages wait in it.
    pub(crate) fn len(&self) -> u64 {
        self.sent - self.received
    }

    /// Whether a receiver need not wait: a message waits, or no sender is left.
    pub(crate) fn is_receivable(&self) -> bool {
        self.len() > 0 || self.senders == 0
    }

    /// Whether a sender need not wait: there is room, or the receiver is gone. A rendezvous channel takes the message
    /// of one sender, which then waits until it is received.
    pub(crate) fn is_sendable(&self) -> bool {
        let has_room = |capacity: usize| self.len() < capacity.max(1) as u64;
        !self.receiver || self.capacity.is_none_or(has_room)
    }

    /// Whether the sender of `message` need not wait any longer: the message was received, or the receiver is gone.
    pub(crate) fn is_taken(&self, message: u64) -> bool {
        self.received > message || !self.receiver
    }
}

/// Why a message was not sent or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No message waits, or there is no room.
    WouldBlock,
    /// The time limit has passed.
    TimedOut,
    /// The other end is gone.
    Disconnected,
}

/// How long to wait for a message or for room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitLimit {
    /// Not at all.
    NoWait,
    /// For at most this time.
    For(Duration),
    /// Without a limit.
    Forever,
}

fn new_channel() -> State {
    State::Channel(Channel {
        capacity: None,
        sent: 0,
        received: 0,
        senders: 1,
        receiver: true,
    })
}

/// The channel's number; `None` outside an execution.
pub(crate) fn id(tag: &Tag) -> Option<ObjectId> {
    resolve(tag, ObjectKind::MpscChannel, &Memory::none(), new_channel)
}

/// Sets how many messages may wait.
pub(crate) fn set_capacity(channel: ObjectId, capacity: usize) {
    with(|execution| execution.objects.channel_mut(channel).capacity = Some(capacity));
}

/// Waits for room and counts a message as sent. The caller then puts the message into the queue, and calls
/// [`wait_until_taken`].
pub(crate) fn send(channel: Option<ObjectId>, limit: WaitLimit, site: Site) -> Result<(), Refusal> {
    let Some(id) = channel else { return Ok(()) };
    let function = match limit {
        WaitLimit::NoWait => SendFunction::TrySend,
        WaitLimit::For(_) => SendFunction::SendTimeout,
        WaitLimit::Forever => SendFunction::Send,
    };
    let until_sendable = Until::Sendable(id, function);
    let operation = Operation::on(id, site);
    let wake = announce_with_limit(operation, until_sendable, limit);
    let sent = try_with(|execution| {
        let ready = wake == Wake::Ready && execution.holds(execution.current, &until_sendable);
        let is_rendezvous = execution.objects.channel(id).capacity == Some(0);
        let receiver_is_waiting =
            is_rendezvous && limit == WaitLimit::NoWait && ready && receiver_is_waiting(execution, id);
        let channel = execution.objects.channel_mut(id);
        let refusal = if !channel.receiver {
            Some(Refusal::Disconnected)
        } else if !ready {
            Some(if limit == WaitLimit::NoWait {
                Refusal::WouldBlock
            } else {
                Refusal::TimedOut
            })
        } else if is_rendezvous && limit == WaitLimit::NoWait && !receiver_is_waiting {
            Some(Refusal::WouldBlock)
        } else {
            channel.sent += 1;
            execution.changed();
            execution.hand_to_receiver(id);
            None
        };
        learn_outcome(execution, id, refusal);
        execution.record(Some(id), Some(site), |_| Op::Send {
            function,
            outcome: outcome(refusal),
        });
        refusal.map_or(Ok(()), Err)
    });
    sent.unwrap_or(Ok(()))
}

/// Whether the receiver of a rendezvous channel waits for a message. A receiver that began to wait at the present time
/// may also not have come so far, so then it is a choice.
fn receiver_is_waiting(execution: &mut Execution, channel: ObjectId) -> bool {
    let now = execution.now;
    let mut waits = execution
        .tasks
        .iter()
        .filter(|task| matches!(task.waits_until(), Some(Until::Receivable(other, _)) if other == channel));
    let Some(began) = waits.next().map(|task| task.announced.at) else {
        return false;
    };
    began < now || execution.choose_outcome(2, 1) == 0
}

/// Waits until the message just sent is received, if this is a rendezvous channel. Returns false if the receiver went
/// away without it.
pub(crate) fn wait_until_taken(channel: Option<ObjectId>, site: Site) -> bool {
    let Some(id) = channel else { return true };
    let (capacity, message) = with(|execution| {
        let channel = execution.objects.channel(id);
        (channel.capacity, channel.sent - 1)
    });
    if capacity != Some(0) {
        return true;
    }
    let until = Until::Taken {
        channel: id,
        message,
        function: SendFunction::Send,
    };
    announce_wait(Operation::on(id, site), until, None);
    with(|execution| {
        execution.take_from_receiver(id);
        execution.objects.channel(id).received > message
    })
}

/// Counts the last message, which was not received, as not sent.
pub(crate) fn take_back(channel: Option<ObjectId>) {
    if let Some(id) = channel {
        with(|execution| execution.objects.channel_mut(id).sent -= 1);
    }
}

/// Waits for a message and counts it as received. The caller then takes it from the queue.
pub(crate) fn receive(channel: Option<ObjectId>, limit: WaitLimit, site: Site) -> Result<(), Refusal> {
    let Some(id) = channel else { return Ok(()) };
    let function = match limit {
        WaitLimit::NoWait => ReceiveFunction::TryRecv,
        WaitLimit::For(_) => ReceiveFunction::RecvTimeout,
        WaitLimit::Forever => ReceiveFunction::Recv,
    };
    let operation = Operation::on(id, site);
    announce_with_limit(operation, Until::Receivable(id, function), limit);
    let received = try_with(|execution| {
        let channel = execution.objects.channel_mut(id);
        let refusal = if channel.len() > 0 {
            channel.received += 1;
            execution.changed();
            execution.take_from_sender(id);
            None
        } else if channel.senders == 0 {
            Some(Refusal::Disconnected)
        } else if limit == WaitLimit::NoWait {
            Some(Refusal::WouldBlock)
        } else {
            Some(Refusal::TimedOut)
        };
        learn_outcome(execution, id, refusal);
        execution.record(Some(id), Some(site), |_| Op::Receive {
            function,
            outcome: outcome(refusal),
        });
        refusal.map_or(Ok(()), Err)
    });
    received.unwrap_or(Ok(()))
}

/// Switches after a message was received, if a sender may have waited for that.
pub(crate) fn switch_after_receive(channel: Option<ObjectId>) {
    let is_bounded = |id| with(|execution| execution.objects.channel(id).capacity.is_some());
    if switches_after_release() && channel.is_some_and(is_bounded) {
        switch_after_release();
    }
}

/// Notes what the running thread learns from the outcome of its operation.
fn learn_outcome(execution: &mut Execution, channel: ObjectId, refusal: Option<Refusal>) {
    execution.learned(refusal.map_or(0, |refusal| refusal as u64 + 1));
    let len = execution.objects.channel(channel).len();
    execution.note_value_for_repetition(len);
    if refusal == Some(Refusal::Disconnected) {
        execution.take_from_closed_end(channel);
    }
}

/// Announces an operation that waits until `until` holds, for as long as `limit` says.
fn announce_with_limit(operation: Operation, until: Until, limit: WaitLimit) -> Wake {
    match limit {
        WaitLimit::NoWait => {
            announce(operation);
            Wake::Ready
        }
        WaitLimit::Forever => announce_wait(operation, until, None),
        WaitLimit::For(timeout) => {
            let deadline = with(|execution| execution.deadline_after(timeout));
            announce_wait(operation, until, deadline)
        }
    }
}

fn outcome(refusal: Option<Refusal>) -> ChannelOutcome {
    match refusal {
        None => ChannelOutcome::Done,
        Some(Refusal::WouldBlock) => ChannelOutcome::WouldBlock,
        Some(Refusal::TimedOut) => ChannelOutcome::TimedOut,
        Some(Refusal::Disconnected) => ChannelOutcome::Disconnected,
    }
}

/// Adds a sender.
pub(crate) fn add_sender(channel: Option<ObjectId>) {
    if let Some(id) = channel {
        with(|execution| {
            execution.objects.channel_mut(id).senders += 1;
            execution.wrote_to(id);
        });
    }
}

/// Drops a sender. Other threads can notice that, so it is an operation.
pub(crate) fn drop_sender(channel: Option<ObjectId>) {
    let Some(id) = channel else { return };
    announce(Operation {
        object: Some(id),
        site: None,
    });
    with(|execution| {
        let channel = execution.objects.channel_mut(id);
        channel.senders = channel.senders.saturating_sub(1);
        let left = channel.senders;
        execution.changed();
        execution.close_end(id);
        execution.record(Some(id), None, |_| Op::DropSender { left });
    });
    switch_after_release();
}

/// Drops the receiver. Other threads can notice that, so it is an operation.
pub(crate) fn drop_receiver(channel: Option<ObjectId>) {
    let Some(id) = channel else { return };
    announce(Operation {
        object: Some(id),
        site: None,
    });
    with(|execution| {
        execution.objects.channel_mut(id).receiver = false;
        execution.changed();
        execution.close_end(id);
        execution.take_from_all_senders(id);
        execution.record(Some(id), None, |_| Op::DropReceiver { left: 0 });
    });
    switch_after_release();
}
