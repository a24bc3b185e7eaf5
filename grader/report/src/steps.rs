//! Which steps of an interleaving are worth showing.
//!
//! A short interleaving is shown without the steps that only start, end and join threads. A longer one is cut to the
//! steps that decide its outcome: preemptions, the steps that the story is about, the end, and a few steps at shared
//! objects around them.

use protocol::trace::{End, Event, Op, Trace, Wait, WaitReason, WakeReason};

/// One row of a table of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Row {
    /// The event at this index.
    Step(usize),
    /// A number of events that are left out.
    Gap(usize),
    /// A thread that waits at the end: the index of its wait.
    Waiting(usize),
}

/// The most steps of a short interleaving: with its finding it fits on a screen of 24 lines.
const SHORT: usize = 12;
/// How many steps are shown of threads that only start and end.
const LIFECYCLES: usize = 6;
/// How far from a decisive step a step may be to be shown for orientation.
const NEAR: usize = 2;

/// The rows to show of `trace`, at most `limit` of them steps; all of it if the limit is `usize::MAX`. `decisive` are
/// the events that a story speaks of.
pub(crate) fn rows(trace: &Trace, decisive: &[usize], limit: usize) -> Vec<Row> {
    let is_full = limit == usize::MAX;
    let kept = if is_full {
        vec![true; trace.events.len()]
    } else {
        keep(trace, decisive, limit)
    };
    let mut rows = Vec::new();
    let mut gap = 0;
    for (index, is_kept) in kept.into_iter().enumerate() {
        if !is_kept {
            gap += 1;
            continue;
        }
        push_gap(&mut rows, trace, gap, index);
        gap = 0;
        rows.push(Row::Step(index));
    }
    push_gap(&mut rows, trace, gap, trace.events.len());
    let is_shown = |wait: &Wait| is_full || !(is_outside(trace, wait) || is_event(trace, wait));
    rows.extend(
        trace
            .end
            .waits()
            .iter()
            .enumerate()
            .filter(|(_, wait)| is_shown(wait))
            .map(|(index, _)| Row::Waiting(index)),
    );
    rows
}

/// Whether a wait is a mere consequence: a thread that waits for others to end, outside of the cycle.
fn is_outside(trace: &Trace, wait: &Wait) -> bool {
    let in_cycle = matches!(&trace.end, End::Deadlock { cycle, .. } if cycle.contains(&wait.thread));
    let is_for_end = matches!(wait.reason, WaitReason::Join { .. } | WaitReason::ScopeEnd);
    is_for_end && !in_cycle
}

/// Whether the trace has the beginning of a wait as an event, so that a row for the wait would say it again.
fn is_event(trace: &Trace, wait: &Wait) -> bool {
    let last = trace.events.iter().rfind(|event| event.thread == wait.thread);
    let Some(last) = last.filter(|last| last.object == wait.object) else {
        return false;
    };
    matches!(
        (&wait.reason, &last.op),
        (WaitReason::Notification { .. }, Op::Wait { .. })
            | (WaitReason::Barrier { .. }, Op::BarrierWait { .. })
            | (WaitReason::Clock, Op::Sleep { .. })
            | (WaitReason::HandOver { .. }, Op::Send { .. })
    )
}

/// Adds a row for the `gap` events before `next` that are left out. Steps that only start or end threads are left out
/// without a row. A single other event is shown, because it takes no more room than a row that says that it is left
/// out.
fn push_gap(rows: &mut Vec<Row>, trace: &Trace, gap: usize, next: usize) {
    let missed = trace.events[next - gap..next]
        .iter()
        .filter(|event| !is_lifecycle(event))
        .count();
    match (missed, gap) {
        (0, _) => {}
        (1, 1) => rows.push(Row::Step(next - 1)),
        (_, gap) => rows.push(Row::Gap(gap)),
    }
}

/// Marks the events that matter, at most `limit`.
fn keep(trace: &Trace, decisive: &[usize], limit: usize) -> Vec<bool> {
    let n_events = trace.events.len();
    let plays = playing_a_part(trace, decisive);
    let takes_part = |index: usize| trace.events[index].object.is_none_or(|object| plays[object]);
    let mut working: Vec<bool> = trace.events.iter().map(|event| !is_lifecycle(event)).collect();
    let taking_part: Vec<bool> = (0..n_events).map(|index| working[index] && takes_part(index)).collect();
    if taking_part.contains(&true) {
        working = taking_part;
    }
    if working.iter().filter(|&&is_working| is_working).count() <= limit.min(SHORT) {
        return if working.contains(&true) {
            working
        } else {
            // Threads that only start and end: the last of these steps.
            (0..n_events)
                .map(|index| index + limit.min(LIFECYCLES) >= n_events)
                .collect()
        };
    }
    let importance = importance(trace, decisive);
    let pivots: Vec<usize> = (0..n_events).filter(|&index| importance[index] > SHARED).collect();
    let distance = |index: usize| {
        let next = pivots.partition_point(|pivot| *pivot < index);
        let around = pivots[next.saturating_sub(1)..].iter().take(2);
        around.map(|pivot| pivot.abs_diff(index)).min().unwrap_or(0)
    };
    // Where no step is known to be decisive, any step before the end may be.
    let near = if importance.iter().any(|importance| *importance >= DECISIVE) {
        NEAR
    } else {
        n_events
    };
    let mut order: Vec<usize> = (0..n_events)
        .filter(|&index| importance[index] > 0 && distance(index) <= near && takes_part(index))
        .collect();
    order.sort_by_cached_key(|&index| (std::cmp::Reverse(importance[index]), distance(index), n_events - index));
    let mut kept = vec![false; n_events];
    for index in order.into_iter().take(limit) {
        kept[index] = true;
    }
    kept
}

/// Which objects play a part: those that several threads use, those that a thread waits for at the end, and those that
/// the story speaks of.
fn playing_a_part(trace: &Trace, decisive: &[usize]) -> Vec<bool> {
    let mut plays = shared(trace);
    let waited_for = trace.end.waits().iter().filter_map(|wait| wait.object);
    let told = decisive.iter().filter_map(|&step| trace.events[step].object);
    for object in waited_for.chain(told) {
        plays[object] = true;
    }
    plays
}

/// What kind of step an operation is, as far as that decides whether it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It only starts, ends or joins threads.
    Lifecycle,
    /// It lets time pass.
    Pause,
    /// It gives up an end of a channel or of a pipe.
    Farewell,
    /// Anything else.
    Work,
}

fn step(op: &Op) -> Step {
    match op {
        Op::Spawn { .. }
        | Op::Join { .. }
        | Op::LeaveScope
        | Op::EndThread { panicked: false }
        | Op::PushJob { .. }
        | Op::TakeJob { .. }
        | Op::EndJob { .. } => Step::Lifecycle,
        Op::Sleep { .. } => Step::Pause,
        Op::DropSender { .. } | Op::DropReceiver { .. } | Op::CloseEnd { .. } => Step::Farewell,
        Op::Load { .. }
        | Op::Store { .. }
        | Op::Rmw { .. }
        | Op::CompareExchange { .. }
        | Op::Fence { .. }
        | Op::Count { .. }
        | Op::Lock { .. }
        | Op::Unlock
        | Op::Downgrade
        | Op::IsPoisoned { .. }
        | Op::ClearPoison
        | Op::Wait { .. }
        | Op::WakeUp { .. }
        | Op::Notify { .. }
        | Op::BarrierWait { .. }
        | Op::Send { .. }
        | Op::Receive { .. }
        | Op::Inspect { .. }
        | Op::Select { .. }
        | Op::Initialize { .. }
        | Op::IsFinished { .. }
        | Op::EndThread { panicked: true }
        | Op::Park { .. }
        | Op::Unpark { .. }
        | Op::Yield { .. }
        | Op::Write { .. }
        | Op::ReadBytes { .. }
        | Op::WriteBytes { .. }
        | Op::Exit { .. } => Step::Work,
    }
}

fn is_lifecycle(event: &Event) -> bool {
    step(&event.op) == Step::Lifecycle
}

/// The importance of the steps that the story is about.
const TOLD: u32 = 6;
/// The importance of preemptions, and of what led to nothing.
const DECISIVE: u32 = 5;
/// The importance of the steps before and after a preemption, and of taking a lock that another thread waits for.
const NEIGHBOUR: u32 = 4;
/// The importance of the last steps.
const LAST: u32 = 3;
/// How many steps are the last ones.
const LAST_STEPS: usize = 3;
/// The importance of an operation on an object that several threads use.
const SHARED: u32 = 2;

fn importance(trace: &Trace, decisive: &[usize]) -> Vec<u32> {
    let events = &trace.events;
    let passes_time = |event: &Event| step(&event.op) == Step::Pause;
    let shared = shared(trace);
    let of_itself = |event: &Event| {
        if event.object.is_some_and(|object| shared[object]) || passes_time(event) {
            SHARED
        } else {
            0
        }
    };
    let mut importance: Vec<u32> = events.iter().map(of_itself).collect();
    let mut raise = |index: usize, to: u32| importance[index] = importance[index].max(to);
    let last = events.iter().enumerate().skip(events.len().saturating_sub(LAST_STEPS));
    last.filter(|(_, event)| !matches!(step(&event.op), Step::Lifecycle | Step::Farewell))
        .for_each(|(index, _)| raise(index, LAST));
    let is_marked = !decisive.is_empty() || events.iter().any(|event| event.preempts);
    for index in 1..events.len() {
        // Without a preemption, the decisive steps are among those at which another thread goes on.
        let switches =
            !is_marked && events[index].thread != events[index - 1].thread && !is_lifecycle(&events[index - 1]);
        if events[index].preempts || switches {
            let preempted = events[index - 1].thread;
            raise(index, DECISIVE);
            raise(index - 1, NEIGHBOUR);
            if let Some(next) = (index..events.len()).find(|&next| events[next].thread == preempted) {
                raise(next, NEIGHBOUR);
            }
        }
    }
    for wait in trace.end.waits() {
        let taken = |event: &Event| event.object == wait.object && wait.held_by.contains(&event.thread);
        if let Some(index) = events.iter().rposition(|event| wait.object.is_some() && taken(event)) {
            raise(index, NEIGHBOUR);
        }
    }
    // A wake-up without a reason, and a notification that met nobody.
    let is_vain = |event: &Event| match &event.op {
        Op::WakeUp { reason, .. } | Op::Park { reason, .. } => *reason == WakeReason::Spurious,
        Op::Notify { woke, .. } => woke.is_empty(),
        _ => false,
    };
    let vain = (0..events.len()).filter(|&index| is_vain(&events[index]));
    vain.for_each(|index| raise(index, DECISIVE));
    for &index in decisive {
        raise(index, TOLD);
    }
    importance
}

/// Which objects more than one thread works on.
fn shared(trace: &Trace) -> Vec<bool> {
    let mut first = vec![None; n_objects(trace)];
    let mut shared = vec![false; first.len()];
    for event in &trace.events {
        if let Some(object) = event.object {
            shared[object] |= *first[object].get_or_insert(event.thread) != event.thread;
        }
    }
    shared
}

/// How many objects there are, by their numbers in events and waits.
fn n_objects(trace: &Trace) -> usize {
    let of_events = trace.events.iter().filter_map(|event| event.object);
    let of_waits = trace.end.waits().iter().filter_map(|wait| wait.object);
    of_events.chain(of_waits).max().map_or(0, |last| last + 1)
}
