//! A load that returned an older value than the newest: which value, whose store it missed, and why it was allowed to.

use protocol::trace::{CompareExchangeOutcome, Event, MemoryOrder, Op, Trace, Value};

use super::Account;
use super::accesses::is_change;
use crate::names::Names;
use crate::words;

/// Every such load of the execution.
pub(super) fn find(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let mut account = Account::default();
    for load in 0..trace.events.len() {
        if let Some(Account {
            sentences,
            steps,
            blamed,
        }) = told(trace, load, names)
        {
            account.sentences.extend(sentences);
            account.steps.extend(steps);
            account.blamed = account.blamed.or(blamed);
        }
    }
    (!account.sentences.is_empty()).then_some(account)
}

fn told(trace: &Trace, load: usize, names: &Names<'_>) -> Option<Account> {
    let event = &trace.events[load];
    let newest = event.op.newest_unread()?;
    let missed = last_change(trace, load)?;
    let store = &trace.events[missed];
    let (read, at_load) = (words::value(&returned(&event.op)?), names.at(event.place.as_ref()));
    let what = format!(
        "{} read {read} from `{}`{at_load}, although {} had written {}{} before.",
        names.thread_at_start(event.thread),
        names.object(event.object?),
        names.thread(store.thread),
        words::value(&newest),
        names.at(store.place.as_ref()),
    );
    if let Some((write, read)) = unsynchronised(trace, missed, load) {
        let why = format!(
            "It had seen what {} wrote to `{}` after that, but {}. Only a store with `Release` and a load with \
             `Acquire` make what came before the store visible after the load.",
            names.thread(store.thread),
            names.object(trace.events[write].object?),
            weakness(&trace.events[write], &trace.events[read], names)?,
        );
        return Some(Account {
            sentences: vec![what, why],
            steps: vec![missed, write, read, load],
            blamed: event.place.clone(),
        });
    }
    let why = format!(
        "No lock, no join and no pair of `Release` and `Acquire` orders that write before this {}, so the memory model \
         allows the older value. With `SeqCst` at both, it would have to be the newest.",
        words::operation(&event.op)
    );
    Some(Account {
        sentences: vec![what, why],
        steps: vec![missed, load],
        blamed: event.place.clone(),
    })
}

/// The last change of the same object before the event at `index`.
fn last_change(trace: &Trace, index: usize) -> Option<usize> {
    let object = trace.events[index].object;
    trace.events[..index]
        .iter()
        .rposition(|event| event.object == object && is_change(event))
}

/// A write by the thread of the write at `missed`, after that one, and a read of it by the thread of the load at
/// `load`, before that: they would have ordered the two if they synchronised. `None` if a fence might play a part.
fn unsynchronised(trace: &Trace, missed: usize, load: usize) -> Option<(usize, usize)> {
    let events = &trace.events;
    if events[..load].iter().any(|event| matches!(event.op, Op::Fence { .. })) {
        return None;
    }
    (missed + 1..load).rev().find_map(|read| {
        let event = &events[read];
        let reads_newest = returned(&event.op).is_some() && event.op.newest_unread().is_none();
        if event.thread != events[load].thread || !reads_newest {
            return None;
        }
        let write = last_change(trace, read).filter(|write| *write > missed)?;
        let is_weak = !releases(order(&events[write].op)?) || !acquires(order(&event.op)?);
        (events[write].thread == events[missed].thread && is_weak).then_some((write, read))
    })
}

/// Why a write and a read of it do not synchronise: `the store at lib.rs:13 is `Relaxed``.
fn weakness(write: &Event, read: &Event, names: &Names<'_>) -> Option<String> {
    let (write_order, read_order) = (order(&write.op)?, order(&read.op)?);
    let told = |event: &Event, what: &str, order: MemoryOrder| {
        format!("the {what}{} is `{}`", names.at(event.place.as_ref()), order.as_str())
    };
    let weak_write = (!releases(write_order)).then(|| told(write, words::operation(&write.op), write_order));
    let weak_read = (!acquires(read_order)).then(|| told(read, words::operation(&read.op), read_order));
    let weak: Vec<String> = [weak_write, weak_read].into_iter().flatten().collect();
    Some(weak.join(" and "))
}

/// What an operation on an atomic returned; `None` for others and for a store.
fn returned(op: &Op) -> Option<Value> {
    if let Op::Load { value, .. }
    | Op::Rmw { old: value, .. }
    | Op::CompareExchange {
        outcome:
            CompareExchangeOutcome::Exchanged { old: value, .. }
            | CompareExchangeOutcome::Differs { found: value, .. }
            | CompareExchangeOutcome::Spurious { found: value },
        ..
    } = op
    {
        Some(*value)
    } else {
        None
    }
}

fn order(op: &Op) -> Option<MemoryOrder> {
    if let Op::Load { order, .. }
    | Op::Store { order, .. }
    | Op::Rmw { order, .. }
    | Op::CompareExchange { order, .. } = op
    {
        Some(*order)
    } else {
        None
    }
}

fn releases(order: MemoryOrder) -> bool {
    match order {
        MemoryOrder::Release | MemoryOrder::AcqRel | MemoryOrder::SeqCst => true,
        MemoryOrder::Relaxed | MemoryOrder::Acquire => false,
    }
}

fn acquires(order: MemoryOrder) -> bool {
    match order {
        MemoryOrder::Acquire | MemoryOrder::AcqRel | MemoryOrder::SeqCst => true,
        MemoryOrder::Relaxed | MemoryOrder::Release => false,
    }
}
