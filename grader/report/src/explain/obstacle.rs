//! What keeps threads from doing something at the same time: a join before the next thread is started, a lock that is
//! held all along, or a thread that sleeps until another one notifies it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use protocol::trace::{Event, LockOutcome, ObjectId, Op, ThreadId, Trace, WakeReason};

use super::Account;
use crate::names::Names;
use crate::table::duration;

/// Holding a lock may be in the way if its holder takes at least this many other steps meanwhile.
const LONG: usize = 2;

/// What is in the way where no two threads ever exist at the same time.
pub(super) fn of_one_after_another(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    early_join(trace, names).or_else(|| long_hold(trace, names))
}

/// What is in the way where threads exist at the same time.
pub(super) fn of_side_by_side(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    long_hold(trace, names)
        .or_else(|| early_join(trace, names))
        .or_else(|| sleep(trace, names))
}

/// What is in the way in an execution in which threads did something one after the other, though other executions may
/// be different. So only what is in the way for certain counts: a join, or a lock that is held during a pause.
/// `is_in_workload` says that a pause in a function that the check has given is meant.
pub(super) fn of_one_execution(trace: &Trace, is_in_workload: bool, names: &Names<'_>) -> Option<Account> {
    let is_meant = |hold: &&Hold| {
        let place = hold.pause.and_then(|pause| trace.events[pause].place.as_ref());
        place.is_some_and(|place| !is_in_workload || names.line(place).is_none())
    };
    let holds = holds(trace);
    let longest = holds.iter().filter(|hold| hold.next.is_some()).find(is_meant);
    let in_the_way = longest.and_then(|hold| held(hold, trace, names));
    in_the_way.or_else(|| early_join(trace, names))
}

/// Whether two threads that are started exist at the same time.
fn overlap(events: &[Event]) -> bool {
    let mut alive = 0_usize;
    events.iter().any(|event| {
        match event.op {
            Op::Spawn { .. } => alive += 1,
            Op::EndThread { .. } if event.thread != 0 => alive = alive.saturating_sub(1),
            _ => {}
        }
        alive > 1
    })
}

/// A thread waits for the end of another before it starts the next.
fn early_join(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let events = &trace.events;
    let (join, joined) = events.iter().enumerate().find_map(|(index, event)| match event.op {
        Op::Join { thread } => Some((index, Some(thread))),
        Op::LeaveScope => Some((index, None)),
        _ => None,
    })?;
    // Where threads exist at the same time after that, the join belongs to an earlier call and is in nobody's way.
    if overlap(&events[join..]) {
        return None;
    }
    let waiter = events[join].thread;
    let (spawn, spawned) = events
        .iter()
        .enumerate()
        .skip(join)
        .find_map(|(index, event)| match event.op {
            Op::Spawn { thread } if event.thread == waiter => Some((index, thread)),
            _ => None,
        })?;
    let is_spawn =
        |event: &Event| matches!(event.op, Op::Spawn { thread } if joined.is_none_or(|joined| joined == thread));
    let first = events.iter().position(is_spawn);
    let what = joined.map_or("its threads".to_owned(), |joined| names.thread(joined));
    let end = match joined {
        Some(_) => "`join`",
        None => "end of the scope",
    };
    let sentence = format!(
        "The {end}{} waits for {what}, and only after that {} starts {}{}: the two never run at once.",
        names.at(events[join].place.as_ref()),
        names.thread(waiter),
        names.thread(spawned),
        names.at(events[spawn].place.as_ref()),
    );
    let account = Account::new(sentence, first.into_iter().chain([join, spawn]));
    Some(account.blaming(events[join].place.as_ref()))
}

/// A thread that holds a lock from one step to another.
struct Hold {
    lock: ObjectId,
    holder: ThreadId,
    taken: usize,
    released: usize,
    /// How many steps the holder makes meanwhile, at other objects.
    n_other: usize,
    /// The last step in which the holder sleeps meanwhile.
    pause: Option<usize>,
    /// Where another thread takes it afterwards, which exists but does nothing meanwhile.
    next: Option<usize>,
}

/// A thread holds a lock while it does much else, or for as long as it lives, and another thread takes it next.
fn long_hold(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let holds = holds(trace);
    let followed = || holds.iter().filter(|hold| hold.next.is_some());
    let longest = followed()
        .filter(|hold| hold.n_other >= LONG)
        .max_by_key(|hold| (hold.n_other, Reverse(hold.taken)))
        .or_else(|| followed().find(|hold| is_whole_life(trace, hold)))?;
    held(longest, trace, names)
}

/// A lock is held for long, and then another thread takes it.
fn held(longest: &Hold, trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let next = longest.next?;
    let events = &trace.events;
    let lock = names.object(longest.lock);
    let place = |index: usize| events[index].place.as_ref();
    let during = match (place(longest.taken), place(longest.released)) {
        (Some(taken), Some(released)) if taken.line != released.line => {
            format!(" from {} to {}", names.place(taken), names.place(released))
        }
        (taken, _) => names.at(taken),
    };
    let pause = longest.pause.and_then(|pause| match events[pause].op {
        Op::Sleep { duration } => Some((duration, place(pause))),
        _ => None,
    });
    let meanwhile = match (pause, longest.n_other) {
        (Some((pause, place)), _) => format!("and sleeps {} meanwhile{}", duration(pause), names.at(place)),
        (None, 0 | 1) => "for as long as it lives".to_owned(),
        (None, n) => format!("and takes {n} other steps meanwhile"),
    };
    let sentence = format!(
        "{} holds `{lock}`{during}, {meanwhile}. {} waits for `{lock}`{} until then.",
        names.thread_at_start(longest.holder),
        names.thread_at_start(events[next].thread),
        names.at(place(next)),
    );
    let account = Account::new(sentence, [longest.taken, longest.released, next]);
    Some(account.blaming(place(longest.taken)))
}

fn holds(trace: &Trace) -> Vec<Hold> {
    let mut open: BTreeMap<ObjectId, Hold> = BTreeMap::new();
    let mut closed: Vec<Hold> = Vec::new();
    for (index, event) in trace.events.iter().enumerate() {
        for hold in open.values_mut().filter(|hold| hold.holder == event.thread) {
            hold.n_other += weight(event, hold.lock);
            if is_pause(event) {
                hold.pause = Some(index);
            }
        }
        if let Some(lock) = taken(event) {
            // A thread may have had the lock several times before another gets it.
            let earlier = closed
                .iter_mut()
                .filter(|hold| hold.lock == lock && hold.next.is_none());
            for hold in earlier {
                if !is_attempt(event) && idles(trace, event.thread, hold, index) {
                    hold.next = Some(index);
                }
            }
            let (holder, taken, released) = (event.thread, index, index);
            let hold = Hold {
                lock,
                holder,
                taken,
                released,
                n_other: 0,
                pause: None,
                next: None,
            };
            open.insert(lock, hold);
        } else if let Some(hold) = released(event).and_then(|lock| open.remove(&lock)) {
            closed.push(Hold {
                released: index,
                ..hold
            });
        }
    }
    closed
}

/// Whether time passes, so that every other thread goes on until it has to wait.
fn is_pause(event: &Event) -> bool {
    matches!(event.op, Op::Sleep { duration } if !duration.is_zero())
}

/// How many steps an event of the holder of `lock` counts for. A pause is long by itself. A notification keeps nobody
/// waiting, and a wait gives the lock back.
fn weight(event: &Event, lock: ObjectId) -> usize {
    match event.op {
        _ if is_pause(event) => LONG,
        Op::Notify { .. } => 0,
        Op::Wait { lock: given_back, .. } if given_back == lock => 0,
        _ => usize::from(event.object != Some(lock)),
    }
}

/// A thread that the function started sleeps until another one of them notifies it.
fn sleep(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let events = &trace.events;
    let (wait, notification) = events.iter().enumerate().find_map(|(wait, event)| {
        let is_wait = matches!(event.op, Op::Wait { .. }) && event.thread != 0;
        let wakes = |other: &Event| {
            other.thread != 0
                && other.object == event.object
                && matches!(&other.op, Op::Notify { woke, .. } if woke.contains(&event.thread))
        };
        let notification = events.iter().enumerate().skip(wait).find(|(_, other)| wakes(other));
        Some((wait, notification.filter(|_| is_wait)?.0))
    })?;
    let sentence = format!(
        "{} sleeps{} until {} notifies it{}.",
        names.thread_at_start(events[wait].thread),
        names.at(events[wait].place.as_ref()),
        names.thread(events[notification].thread),
        names.at(events[notification].place.as_ref()),
    );
    Some(Account::new(sentence, [wait, notification]).blaming(events[wait].place.as_ref()))
}

/// Whether `thread` exists before `hold` ends, and does nothing from its begin to the event `until`. Where the holder
/// sleeps, what the thread does before it has to wait does not count.
fn idles(trace: &Trace, thread: ThreadId, hold: &Hold, until: usize) -> bool {
    let acts = |event: &Event| event.thread == thread;
    let begin = if hold.pause.is_some() {
        hold.released
    } else {
        hold.taken
    };
    let is_spawned = |event: &Event| matches!(event.op, Op::Spawn { thread: spawned } if spawned == thread);
    thread != hold.holder
        && !trace.events[begin..until].iter().any(acts)
        && (thread == 0 || trace.events[..hold.released].iter().any(is_spawned))
}

/// Whether a thread that was spawned does nothing before it takes the lock, and nothing after it releases it.
fn is_whole_life(trace: &Trace, hold: &Hold) -> bool {
    let ends = |op: &Op| matches!(op, Op::EndThread { .. } | Op::Count { .. });
    let acts = |event: &Event| event.thread == hold.holder && !ends(&event.op);
    let (before, after) = (&trace.events[..hold.taken], &trace.events[hold.released + 1..]);
    let is_asked_for = hold
        .next
        .is_some_and(|next| matches!(trace.events[next].op, Op::Lock { .. }));
    hold.holder != 0 && is_asked_for && !before.iter().chain(after).any(acts)
}

/// The lock that a thread has from now on.
fn taken(event: &Event) -> Option<ObjectId> {
    match event.op {
        Op::Lock {
            outcome: LockOutcome::Acquired | LockOutcome::Poisoned,
            ..
        } => event.object,
        Op::WakeUp {
            lock,
            reason: WakeReason::Notified,
            ..
        } => Some(lock),
        _ => None,
    }
}

/// Whether a thread takes a lock only if it is free, so that it has not waited for it.
fn is_attempt(event: &Event) -> bool {
    matches!(event.op, Op::Lock { function, .. } if function.as_str().starts_with("try_"))
}

/// The lock that a thread no longer has.
fn released(event: &Event) -> Option<ObjectId> {
    match event.op {
        Op::Unlock => event.object,
        Op::Wait { lock, .. } => Some(lock),
        _ => None,
    }
}
