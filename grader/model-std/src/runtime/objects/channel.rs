//! Channels, without their messages: how many wait, who is left at each end.

use std::time::Duration;

use super::{Channel, Memory, ObjectId, State, Tag};
use crate::runtime::recorder::Seen;
use crate::runtime::task::{Operation, Site, Until, Wake};
use crate::runtime::{Runtime, announce, resolve, try_with, with};

/// Why nothing was sent or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No message waits, or there is no room.
    WouldBlock,
    /// The time is over.
    TimedOut,
    /// Nobody is left at the other end.
    Disconnected,
}

/// How long to wait for a message or for room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Not at all.
    None,
    /// Until the time has passed.
    For(Duration),
    /// For ever.
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
    resolve(tag, "mpsc::channel", &Memory::none(), new_channel)
}

/// Limits how many messages may wait.
pub(crate) fn set_capacity(channel: ObjectId, capacity: usize) {
    with(|runtime| runtime.objects.channel_mut(channel).capacity = Some(capacity));
}

/// Waits for room and counts a message as sent. The caller then puts the message into the queue, and for a channel without
/// room calls [`handed_over`].
pub(crate) fn send(channel: Option<ObjectId>, patience: Patience, site: Site) -> Result<(), Refusal> {
    let Some(id) = channel else { return Ok(()) };
    let name = if patience == Patience::None { "try_send" } else { "send" };
    let (until, deadline) = waiting(Until::Sendable(id), patience);
    let wake = announce(
        Operation {
            name,
            object: Some(id),
            site: Some(site),
        },
        until,
        deadline,
    );
    let sent = try_with(|runtime| {
        let ready = wake == Wake::Ready && runtime.holds(runtime.current, Until::Sendable(id));
        let hands_over = runtime.objects.channel(id).capacity == Some(0);
        let receivers_wait = hands_over && patience == Patience::None && ready && receiver_waits(runtime, id);
        let channel = runtime.objects.channel_mut(id);
        let refusal = if !channel.receiver {
            Some(Refusal::Disconnected)
        } else if !ready {
            Some(if patience == Patience::None {
                Refusal::WouldBlock
            } else {
                Refusal::TimedOut
            })
        } else if hands_over && patience == Patience::None && !receivers_wait {
            Some(Refusal::WouldBlock)
        } else {
            channel.sent += 1;
            runtime.changed();
            runtime.hand_to_receiver(id);
            None
        };
        runtime.learned(refusal.map_or(0, |refusal| refusal as u64 + 1));
        if refusal == Some(Refusal::Disconnected) {
            runtime.take_from_closed_end(id);
        }
        runtime.record(name, Some(id), Some(site), |runtime| Seen {
            detail: refusal.map(describe),
            state: Some(format!("{} waiting", runtime.objects.channel(id).len())),
        });
        refusal.map_or(Ok(()), Err)
    });
    sent.unwrap_or(Ok(()))
}

/// Whether the receiver of a channel without room waits for a message. It is on its way to waiting as soon as it has done what
/// it does before, so until time has passed it may also not be there yet.
fn receiver_waits(runtime: &mut Runtime, channel: ObjectId) -> bool {
    let now = runtime.now;
    let mut waits = runtime
        .tasks
        .iter()
        .filter(|task| !task.ended && task.until == Until::Receivable(channel));
    let Some(began) = waits.next().map(|task| task.waits_since) else {
        return false;
    };
    began < now || runtime.choose_outcome(2, 1) == 0
}

/// For a channel without room: waits until the message just sent is taken. False if the receiver went away without it.
pub(crate) fn handed_over(channel: Option<ObjectId>, site: Site) -> bool {
    let Some(id) = channel else { return true };
    let (capacity, message) = with(|runtime| {
        let channel = runtime.objects.channel(id);
        (channel.capacity, channel.sent - 1)
    });
    if capacity != Some(0) {
        return true;
    }
    let until = Until::Taken { channel: id, message };
    announce(
        Operation {
            name: "send",
            object: Some(id),
            site: Some(site),
        },
        until,
        None,
    );
    with(|runtime| {
        runtime.take_from_receiver(id);
        runtime.objects.channel(id).received > message
    })
}

/// Takes back the message that nobody took.
pub(crate) fn take_back(channel: Option<ObjectId>) {
    if let Some(id) = channel {
        with(|runtime| runtime.objects.channel_mut(id).sent -= 1);
    }
}

/// Waits for a message and counts it as received. The caller then takes it from the queue.
pub(crate) fn receive(channel: Option<ObjectId>, patience: Patience, site: Site) -> Result<(), Refusal> {
    let Some(id) = channel else { return Ok(()) };
    let name = match patience {
        Patience::None => "try_recv",
        Patience::For(_) => "recv_timeout",
        Patience::Forever => "recv",
    };
    let (until, deadline) = waiting(Until::Receivable(id), patience);
    announce(
        Operation {
            name,
            object: Some(id),
            site: Some(site),
        },
        until,
        deadline,
    );
    let received = try_with(|runtime| {
        let channel = runtime.objects.channel_mut(id);
        let refusal = if channel.len() > 0 {
            channel.received += 1;
            runtime.changed();
            runtime.take_from_sender(id);
            None
        } else if channel.senders == 0 {
            Some(Refusal::Disconnected)
        } else if patience == Patience::None {
            Some(Refusal::WouldBlock)
        } else {
            Some(Refusal::TimedOut)
        };
        runtime.learned(refusal.map_or(0, |refusal| refusal as u64 + 1));
        if refusal == Some(Refusal::Disconnected) {
            runtime.take_from_closed_end(id);
        }
        runtime.record(name, Some(id), Some(site), |runtime| Seen {
            detail: refusal.map(describe),
            state: Some(format!("{} waiting", runtime.objects.channel(id).len())),
        });
        refusal.map_or(Ok(()), Err)
    });
    received.unwrap_or(Ok(()))
}

fn waiting(until: Until, patience: Patience) -> (Until, Option<Duration>) {
    match patience {
        Patience::None => (Until::Now, None),
        Patience::Forever => (until, None),
        Patience::For(timeout) => (until, with(|runtime| runtime.deadline_after(timeout))),
    }
}

fn describe(refusal: Refusal) -> String {
    let text = match refusal {
        Refusal::WouldBlock => "→ would block",
        Refusal::TimedOut => "→ timed out",
        Refusal::Disconnected => "→ disconnected",
    };
    text.to_owned()
}

/// One sender more.
pub(crate) fn add_sender(channel: Option<ObjectId>) {
    if let Some(id) = channel {
        with(|runtime| {
            runtime.objects.channel_mut(id).senders += 1;
            runtime.wrote_to(id);
        });
    }
}

/// One sender less. Other threads can notice, so this is an operation.
pub(crate) fn drop_sender(channel: Option<ObjectId>) {
    let Some(id) = channel else { return };
    announce(
        Operation {
            name: "drop sender",
            object: Some(id),
            site: None,
        },
        Until::Now,
        None,
    );
    with(|runtime| {
        let channel = runtime.objects.channel_mut(id);
        channel.senders = channel.senders.saturating_sub(1);
        let left = channel.senders;
        runtime.changed();
        runtime.close_end(id);
        runtime.record("drop sender", Some(id), None, |_| Seen {
            detail: Some(format!("→ {left} left")),
            ..Seen::default()
        });
    });
}

/// The receiver is gone. Other threads can notice, so this is an operation.
pub(crate) fn drop_receiver(channel: Option<ObjectId>) {
    let Some(id) = channel else { return };
    announce(
        Operation {
            name: "drop receiver",
            object: Some(id),
            site: None,
        },
        Until::Now,
        None,
    );
    with(|runtime| {
        runtime.objects.channel_mut(id).receiver = false;
        runtime.changed();
        runtime.close_end(id);
        runtime.take_from_all_senders(id);
        runtime.record("drop receiver", Some(id), None, |_| Seen::default());
    });
}
