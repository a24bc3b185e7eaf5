//! The words for operations, states and waits. Every renderer takes them from here.

use protocol::trace::{
    ChannelOutcome, ChannelProperty, ChannelSide, CompareExchangeOutcome, CountAccess, CountKind, Event, LockOutcome,
    ObjectState, OnceOutcome, OnceState, Op, PipeEnd, SelectOutcome, Trace, TransferOutcome, Value, WaitReason,
    WakeReason,
};

use crate::escape::counted;
use crate::names::Names;
use crate::table::duration;

/// An operation, as the program calls it where it calls it by a name: `load`, `try_lock`, `wake up`.
pub(crate) fn operation(op: &Op) -> &'static str {
    match op {
        Op::Load { .. } => "load",
        Op::Store { .. } => "store",
        Op::Rmw { function, .. } => function.as_str(),
        Op::CompareExchange { function, .. } => function.as_str(),
        Op::Fence { .. } => "fence",
        Op::Count { access, .. } => count(*access),
        Op::Lock { function, .. } => function.as_str(),
        Op::Unlock => "unlock",
        Op::Downgrade => "downgrade",
        Op::IsPoisoned { .. } => "is_poisoned",
        Op::ClearPoison => "clear_poison",
        Op::Wait { has_timeout, .. } => wait(*has_timeout),
        Op::WakeUp { .. } => "wake up",
        Op::Notify { whom, .. } => whom.as_str(),
        Op::BarrierWait { .. } => "wait",
        Op::Send { function, .. } => function.as_str(),
        Op::Receive { function, .. } => function.as_str(),
        Op::DropSender { .. } => "drop sender",
        Op::DropReceiver { .. } => "drop receiver",
        Op::Inspect { seen } => seen.as_str(),
        Op::Select { function, .. } => function.as_str(),
        Op::Initialize { function, .. } => function.as_str(),
        Op::Spawn { .. } => "spawn",
        Op::Join { .. } => "join",
        Op::IsFinished { .. } => "is_finished",
        Op::LeaveScope => "leave scope",
        Op::EndThread { panicked: false } => "end",
        Op::EndThread { panicked: true } => "panic",
        Op::Park { has_timeout, .. } => park(*has_timeout),
        Op::Unpark { .. } => "unpark",
        Op::Sleep { .. } => "sleep",
        Op::Yield { function } => function.as_str(),
        Op::Write { .. } => "write",
        Op::Exit { code: Some(_) } => "exit",
        Op::Exit { code: None } => "abort",
        Op::PushJob { .. } => "push",
        Op::TakeJob { .. } => "take",
        Op::EndJob { .. } => "end",
        Op::ReadBytes { .. } => "read",
        Op::WriteBytes { .. } => "write",
        Op::CloseEnd { end } => match end {
            PipeEnd::Reader => "close reader",
            PipeEnd::Writer => "close writer",
            PipeEnd::FirstSocket | PipeEnd::SecondSocket => "close socket",
        },
    }
}

fn count(access: CountAccess) -> &'static str {
    match access {
        CountAccess::Add => "clone",
        CountAccess::Remove => "drop",
        CountAccess::Read => "count",
        CountAccess::Claim => "only owner?",
        CountAccess::Set => "set count",
    }
}

fn wait(has_timeout: bool) -> &'static str {
    if has_timeout { "wait_timeout" } else { "wait" }
}

fn park(has_timeout: bool) -> &'static str {
    if has_timeout { "park_timeout" } else { "park" }
}

/// What an event saw or did beyond its operation: `→ 0`, `→ would block`, `1 s`; `None` where there is nothing to add.
pub(crate) fn detail(trace: &Trace, event: &Event, names: &Names<'_>) -> Option<String> {
    Some(match &event.op {
        Op::Load {
            value: seen,
            newest: None,
            ..
        } => format!("→ {}", value(seen)),
        Op::Load {
            value: seen,
            newest: Some(newest),
            ..
        } => format!("→ {} (newest: {})", value(seen), value(newest)),
        Op::Store { value: written, .. } => value(written),
        Op::Rmw { old, new, .. } => changed(old, new),
        Op::CompareExchange { outcome, .. } => match outcome {
            CompareExchangeOutcome::Exchanged { old, new } => changed(old, new),
            CompareExchangeOutcome::Differs {
                found,
                expected,
                newest: None,
            } => format!("→ failed: {}, not {}", value(found), value(expected)),
            CompareExchangeOutcome::Differs {
                found,
                expected,
                newest: Some(newest),
            } => {
                let (found, expected, newest) = (value(found), value(expected), value(newest));
                format!("→ failed: {found}, not {expected} (newest: {newest})")
            }
            CompareExchangeOutcome::Spurious { .. } => "→ failed spuriously".to_owned(),
        },
        Op::Fence { order } => order.as_str().to_owned(),
        // It counts one more than there are.
        Op::Count {
            of: CountKind::Weak, ..
        } => return None,
        Op::Count { access, found, .. } => match access {
            CountAccess::Add => format!("{found} → {}", found + 1),
            CountAccess::Remove => format!("{found} → {}", found.saturating_sub(1)),
            CountAccess::Read => format!("→ {found}"),
            CountAccess::Claim if *found == 1 => "→ yes".to_owned(),
            CountAccess::Claim => format!("→ no, {found}"),
            CountAccess::Set => return None,
        },
        Op::Lock { outcome, .. } => match outcome {
            LockOutcome::Acquired => return None,
            LockOutcome::Poisoned => "→ poisoned".to_owned(),
            LockOutcome::WouldBlock => "→ would block".to_owned(),
        },
        Op::IsPoisoned { poisoned } => format!("→ {poisoned}"),
        Op::WakeUp {
            reason: WakeReason::Notified,
            poisoned,
            ..
        } => {
            return poisoned.then(|| "→ poisoned".to_owned());
        }
        Op::WakeUp { reason, .. } | Op::Park { reason, .. } => match reason {
            WakeReason::Notified => return None,
            WakeReason::TimedOut => "→ timed out".to_owned(),
            WakeReason::Spurious => "→ spurious".to_owned(),
        },
        Op::Notify { woke, .. } if woke.is_empty() => "→ nobody waits".to_owned(),
        Op::Notify { woke, .. } => format!("→ wakes {}", names.threads(woke)),
        Op::BarrierWait { arrived, needed } => return (arrived >= needed).then(|| "→ opens".to_owned()),
        Op::Send { outcome, .. } | Op::Receive { outcome, .. } => match outcome {
            ChannelOutcome::Done => return None,
            ChannelOutcome::WouldBlock => "→ would block".to_owned(),
            ChannelOutcome::TimedOut => "→ timed out".to_owned(),
            ChannelOutcome::Disconnected => "→ disconnected".to_owned(),
        },
        Op::DropSender { left } | Op::DropReceiver { left } => format!("→ {left} left"),
        Op::Inspect { seen } => match seen {
            ChannelProperty::IsEmpty(holds) | ChannelProperty::IsFull(holds) => format!("→ {holds}"),
            ChannelProperty::Len(len) => format!("→ {len}"),
        },
        Op::Select { outcome, .. } => match outcome {
            SelectOutcome::Taken(side) => format!("→ {}", end_of_channel(*side)),
            SelectOutcome::Disconnected(side) => format!("→ {}, disconnected", end_of_channel(*side)),
            SelectOutcome::Ready(side) => format!("→ {}", end_of_channel(*side)),
            SelectOutcome::WouldBlock => "→ would block".to_owned(),
            SelectOutcome::TimedOut => "→ timed out".to_owned(),
        },
        Op::Initialize { outcome, .. } => match outcome {
            OnceOutcome::Complete => "→ initialised".to_owned(),
            OnceOutcome::Begins => "→ initialises".to_owned(),
            OnceOutcome::Incomplete => "→ not initialised".to_owned(),
            OnceOutcome::Poisoned => "→ poisoned".to_owned(),
        },
        Op::Spawn { thread } | Op::Join { thread } | Op::Unpark { thread } => names.thread(*thread),
        Op::IsFinished { thread, finished } => format!("{} → {finished}", names.thread(*thread)),
        Op::EndThread { panicked: true } => trace.threads.get(event.thread)?.panic.as_ref()?.message.clone(),
        Op::Sleep { duration: slept } => duration(*slept),
        Op::Write { bytes } => format!("{:?}", String::from_utf8_lossy(bytes)),
        Op::Exit { code } => return code.map(|code| code.to_string()),
        Op::PushJob { job } | Op::EndJob { job } => format!("job {job}"),
        Op::TakeJob { job, from } if *from == event.thread => format!("job {job}"),
        Op::TakeJob { job, from } => format!("job {job} of {}", names.thread(*from)),
        Op::ReadBytes { outcome } | Op::WriteBytes { outcome } => match outcome {
            TransferOutcome::Moved(n_bytes) => format!("→ {}", counted(*n_bytes, "byte")),
            TransferOutcome::AtEnd => "→ at its end".to_owned(),
            TransferOutcome::Broken => "→ broken pipe".to_owned(),
            TransferOutcome::WouldBlock => "→ would block".to_owned(),
            TransferOutcome::TimedOut => "→ timed out".to_owned(),
            TransferOutcome::Nothing => return None,
        },
        Op::Unlock
        | Op::Downgrade
        | Op::ClearPoison
        | Op::Wait { .. }
        | Op::LeaveScope
        | Op::EndThread { panicked: false }
        | Op::CloseEnd { .. }
        | Op::Yield { .. } => return None,
    })
}

fn changed(old: &Value, new: &Value) -> String {
    format!("{} → {}", value(old), value(new))
}

fn end_of_channel(side: ChannelSide) -> &'static str {
    match side {
        ChannelSide::Send => "send",
        ChannelSide::Receive => "recv",
    }
}

/// A value of an atomic, as the program writes it.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Unsigned(value) => value.to_string(),
        Value::Signed(value) => value.to_string(),
        Value::Pointer { is_null: true } => "null".to_owned(),
        Value::Pointer { is_null: false } => "not null".to_owned(),
    }
}

/// What an object holds, or who holds it: `0`, `held by thread 1`, `2 waiting`.
pub(crate) fn state(state: &ObjectState, names: &Names<'_>) -> String {
    match state {
        ObjectState::Value(held) => value(held),
        ObjectState::Free => "free".to_owned(),
        ObjectState::HeldBy(thread) => format!("held by {}", names.thread(*thread)),
        ObjectState::ReadBy(threads) => format!("read by {}", names.threads_in_short(threads)),
        ObjectState::Waiting(threads) if threads.is_empty() => "nobody waits".to_owned(),
        ObjectState::Waiting(threads) => format!("{} waiting", names.threads_in_short(threads)),
        ObjectState::Arrived { arrived, needed } => format!("{arrived} of {needed}"),
        ObjectState::Queue { len, .. } => format!("{len} waiting"),
        ObjectState::Bytes(n_bytes) => counted(*n_bytes, "byte"),
        ObjectState::Once(OnceState::Incomplete) => "not initialised".to_owned(),
        ObjectState::Once(OnceState::Running(thread)) => format!("{} initialises", names.thread(*thread)),
        ObjectState::Once(OnceState::Complete) => "initialised".to_owned(),
        ObjectState::Once(OnceState::Poisoned) => "poisoned".to_owned(),
    }
}

/// The operation in which a thread waits, as [`operation`] would name it.
pub(crate) fn waiting_operation(reason: &WaitReason) -> &'static str {
    match reason {
        WaitReason::Lock { function } => function.as_str(),
        WaitReason::WriteLock => "write",
        WaitReason::Notification { has_timeout, .. } => wait(*has_timeout),
        WaitReason::Relock { .. } => "wake up",
        WaitReason::Barrier { .. } => "wait",
        WaitReason::Message { function, .. } | WaitReason::TimerMessage { function } => function.as_str(),
        WaitReason::Room { function, .. } | WaitReason::HandOver { function, .. } => function.as_str(),
        WaitReason::Partner { side } => end_of_channel(*side),
        WaitReason::Select { function, .. } => function.as_str(),
        WaitReason::Initialization { function } => function.as_str(),
        WaitReason::Join { .. } => "join",
        WaitReason::ScopeEnd => "leave scope",
        WaitReason::Park { has_timeout } => park(*has_timeout),
        WaitReason::Clock => "sleep",
        WaitReason::Jobs { .. } => "wait for jobs",
        WaitReason::Work => "take",
        WaitReason::Bytes { .. } => "read",
        WaitReason::RoomForBytes { .. } => "write",
        WaitReason::Descriptors => "poll",
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// ` (step 4)`, with the space before it, for the event with this index.
pub(crate) fn step(index: Option<usize>) -> String {
    index.map_or(String::new(), |index| format!(" (step {})", index + 1))
}
