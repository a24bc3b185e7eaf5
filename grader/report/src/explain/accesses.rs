//! Reads and changes of atomics: what the patterns of racing accesses look for.

use protocol::trace::{CompareExchangeOutcome, Event, Op, Trace, Value};

/// The value that a plain load returned.
pub(super) fn loaded(event: &Event) -> Option<Value> {
    if let Op::Load { value, .. } = event.op {
        Some(value)
    } else {
        None
    }
}

/// Whether an operation changes an atomic whatever it holds.
pub(super) fn is_blind_change(event: &Event) -> bool {
    matches!(event.op, Op::Store { .. } | Op::Rmw { .. })
}

/// Whether an operation changed an atomic.
pub(super) fn is_change(event: &Event) -> bool {
    let is_exchanged = matches!(
        event.op,
        Op::CompareExchange {
            outcome: CompareExchangeOutcome::Exchanged { .. },
            ..
        }
    );
    is_blind_change(event) || is_exchanged
}

/// The load by which the same thread read the object last before the event at `index`, if it did nothing else to it
/// since.
pub(super) fn load_before(trace: &Trace, index: usize) -> Option<usize> {
    let event = &trace.events[index];
    let is_same = |other: &Event| other.thread == event.thread && other.object == event.object;
    let before = trace.events[..index].iter().rposition(is_same)?;
    loaded(&trace.events[before]).map(|_| before)
}

/// The first change by another thread between two events at the same object.
pub(super) fn change_between(trace: &Trace, from: usize, to: usize) -> Option<usize> {
    let event = &trace.events[to];
    (from + 1..to).find(|&index| {
        let change = &trace.events[index];
        change.object == event.object && change.thread != event.thread && is_change(change)
    })
}
