//! Panic: which thread panicked first, and what followed from it.

use protocol::trace::{End, Event, LockOutcome, MAX_THREADS, Op, Panic, ThreadId, Trace};

use super::{Account, Story, check_then_act, lost_update, other_owner, stolen_wakeup};
use crate::names::Names;

/// A part of the error with which a thread is refused.
const REFUSED: &str = "WouldBlock";

/// More threads that panicked say nothing new.
const THREADS: usize = 4;

pub(super) fn explain(trace: &Trace, names: &Names<'_>) -> Story {
    const EXPECTED: &str = "expected the function to return";
    // Who found a lock poisoned panicked because of another thread.
    let is_victim = |(thread, _): &(ThreadId, &Panic)| poisoned_lock(trace, *thread).is_some();
    let Some((thread, panic)) = panics(trace).into_iter().min_by_key(is_victim) else {
        return Story {
            expected: EXPECTED.to_owned(),
            ..Story::default()
        };
    };
    let mut story = Story::new(EXPECTED, told(&names.thread(thread), panic, names));
    let account = other_owner::find(trace, Some(thread), names)
        .or_else(|| lost_update::find(trace, names))
        .or_else(|| check_then_act::find(trace, names))
        .or_else(|| stolen_wakeup::find(trace, names))
        .or_else(|| other_owner::find(trace, None, names));
    let Account {
        sentences,
        steps,
        blamed,
    } = account.unwrap_or_default();
    story.sentences = sentences;
    story.steps = steps;
    story.blamed = blamed.or_else(|| panic.place.clone());
    story.sentences.extend(self::sentences(trace, Some(thread), names));
    if trace.threads.len() > MAX_THREADS && panic.message.contains(REFUSED) {
        story.sentences.push(format!(
            "{MAX_THREADS} threads were started before. An execution has no room for more, as a real system has none \
             at some number."
        ));
    }
    story
}

/// What is said of the threads that panicked, but for `told`, of which that is known already.
pub(super) fn sentences(trace: &Trace, told: Option<ThreadId>, names: &Names<'_>) -> Vec<String> {
    let panics: Vec<(ThreadId, &Panic)> = panics(trace)
        .into_iter()
        .filter(|(thread, _)| Some(*thread) != told)
        .collect();
    let mut sentences = Vec::new();
    let cause = told.and_then(|told| trace.threads.get(told)?.panic.as_ref());
    for &(thread, panic) in panics.iter().take(THREADS) {
        let name = names.thread_at_start(thread);
        let is_passed_on = panic.place.is_none() && cause.is_some_and(|cause| cause.message == panic.message);
        let poisoned = poisoned_lock(trace, thread).filter(|_| cause.is_some());
        sentences.push(match poisoned {
            Some(event) => {
                let lock = event
                    .object
                    .map_or("a lock".to_owned(), |object| format!("`{}`", names.object(object)));
                let at = names.at(event.place.as_ref());
                format!("{name} then panicked too: it found {lock} poisoned{at}. That follows from the first panic.")
            }
            None if is_passed_on => format!("{name} then panicked with the same message."),
            None => self::told(&name, panic, names),
        });
    }
    match panics.len().saturating_sub(THREADS) {
        0 => {}
        1 => sentences.push("One more thread panicked.".to_owned()),
        n => sentences.push(format!("{n} more threads panicked.")),
    }
    sentences
}

/// `thread 1 panicked at lib.rs:5: attempt to divide by zero`
fn told(name: &str, panic: &Panic, names: &Names<'_>) -> String {
    format!("{name} panicked{}: {}", names.at(panic.place.as_ref()), panic.message)
}

/// The threads that a panic ended, in the order of their ends: the body, which often only passes on the panic of a
/// thread that it waited for, comes last.
fn panics(trace: &Trace) -> Vec<(ThreadId, &Panic)> {
    let of_threads = trace
        .threads
        .iter()
        .filter_map(|thread| Some((thread.id, thread.panic.as_ref()?)));
    let mut panics: Vec<(ThreadId, &Panic)> = of_threads.collect();
    if let End::Panicked(panic) = &trace.end
        && !panics.iter().any(|(thread, _)| *thread == BODY)
    {
        panics.push((BODY, panic));
    }
    let end = |thread: ThreadId| {
        let is_end = |event: &Event| event.thread == thread && matches!(event.op, Op::EndThread { .. });
        trace.events.iter().position(is_end).unwrap_or(trace.events.len())
    };
    panics.sort_by_key(|(thread, _)| (*thread == BODY, end(*thread)));
    panics
}

/// The thread that is the body of the execution.
const BODY: ThreadId = 0;

/// The last event of `thread` that found a lock poisoned.
fn poisoned_lock(trace: &Trace, thread: ThreadId) -> Option<&Event> {
    trace.events.iter().rfind(|event| {
        let is_poisoned = matches!(
            event.op,
            Op::Lock {
                outcome: LockOutcome::Poisoned,
                ..
            } | Op::WakeUp { poisoned: true, .. }
        );
        event.thread == thread && is_poisoned
    })
}
