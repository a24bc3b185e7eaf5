//! What the script of the page needs to step through an execution: after each step, what has changed since the one
//! before.

use std::collections::{BTreeMap, BTreeSet};

use protocol::trace::{ObjectId, ObjectState, Op, Place, ThreadId, Trace, WaitKind};
use serde::Serialize;

use super::waits::{Progress, ThreadState, holders};
use crate::escape::escape;
use crate::names::Names;
use crate::table::duration;
use crate::words;

/// The most steps of an execution that a page has: more of them nobody steps through.
pub(super) const MOST_STEPS: usize = 3_000;
/// The most threads, and the most objects, that are drawn.
const MOST_DRAWN: usize = 24;

/// One execution.
#[derive(Serialize)]
pub(super) struct Run {
    threads: Vec<Drawn>,
    objects: Vec<Drawn>,
    /// One before the first step, and one after each.
    moments: Vec<Moment>,
    /// The step that decides, counted from 1; 0 where none does.
    decides: usize,
}

/// A thread or an object that is drawn: its number, its name, and its type or its colour.
#[derive(Serialize)]
struct Drawn(usize, String, String);

/// What has changed.
#[derive(Serialize)]
struct Moment {
    /// The thread that did the step.
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    thread: Option<ThreadId>,
    /// Whether another thread than before did it.
    #[serde(rename = "s", skip_serializing_if = "std::ops::Not::not")]
    is_switch: bool,
    #[serde(rename = "o", skip_serializing_if = "Vec::is_empty")]
    objects: Vec<ObjectChange>,
    #[serde(rename = "w", skip_serializing_if = "Vec::is_empty")]
    threads: Vec<ThreadChange>,
}

/// An object: its number, its state, and the threads that hold it.
#[derive(Serialize)]
struct ObjectChange(ObjectId, String, Vec<ThreadId>);

/// A thread: its number, the kind of its state, its state in words, the object and the threads that it waits for, and
/// its line: the number of the file and of the line.
#[derive(Serialize, Clone, PartialEq)]
struct ThreadChange(
    ThreadId,
    &'static str,
    String,
    Option<ObjectId>,
    Vec<ThreadId>,
    Option<(usize, u32)>,
);

impl Run {
    /// The execution of `trace`; `files` are the files of the submission, which the page shows.
    pub(super) fn new(trace: &Trace, names: &Names<'_>, files: &[(String, String)], decides: usize) -> Self {
        let drawn = Cast::new(trace);
        let mut progress = Progress::new(trace);
        let mut before: BTreeMap<ThreadId, ThreadChange> = BTreeMap::new();
        let mut lines: BTreeMap<ThreadId, (usize, u32)> = BTreeMap::new();
        let mut shown: BTreeMap<ObjectId, &ObjectState> = BTreeMap::new();
        let line = |place: &Place| {
            let file = files.iter().position(|(path, _)| *path == place.file)?;
            Some((file, place.line))
        };
        let mut moments = Vec::new();
        for step in 0..=trace.events.len().min(MOST_STEPS) {
            let event = step.checked_sub(1).map(|index| &trace.events[index]);
            if let Some(event) = event {
                progress.step();
                if let Some(line) = event.place.as_ref().and_then(line) {
                    lines.insert(event.thread, line);
                }
            }
            let mut objects = Vec::new();
            for &object in &drawn.objects {
                let Some(state) = progress.state_of(object) else {
                    continue;
                };
                if shown.insert(object, state) != Some(state) {
                    objects.push(ObjectChange(
                        object,
                        escape(&words::state(state, names)),
                        holders(state),
                    ));
                }
            }
            let mut threads = Vec::new();
            for &thread in &drawn.threads {
                let state = progress.thread(thread);
                let at = match &state {
                    ThreadState::Waiting(waiting) => waiting.place.as_ref().and_then(line),
                    // Its last line is shown for as long as the step is.
                    ThreadState::NotStarted | ThreadState::Ended
                        if event.is_none_or(|event| event.thread != thread) =>
                    {
                        lines.remove(&thread);
                        None
                    }
                    ThreadState::Ready(_)
                    | ThreadState::Sleeping(_)
                    | ThreadState::CutShort
                    | ThreadState::NotStarted
                    | ThreadState::Ended
                    | ThreadState::Panicked => None,
                };
                let change = change(thread, &state, at.or_else(|| lines.get(&thread).copied()), trace, names);
                if before.get(&thread) != Some(&change) {
                    before.insert(thread, change.clone());
                    threads.push(change);
                }
            }
            let previous = step.checked_sub(2).map(|index| trace.events[index].thread);
            moments.push(Moment {
                thread: event.map(|event| event.thread),
                is_switch: event.is_some_and(|event| previous.is_some_and(|previous| previous != event.thread)),
                objects,
                threads,
            });
        }
        Self {
            threads: drawn
                .threads
                .iter()
                .map(|&thread| Drawn(thread, escape(&names.thread(thread)), super::html::hue(thread)))
                .collect(),
            objects: drawn
                .objects
                .iter()
                .map(|&object| {
                    let kind = trace.kind_of(object).map_or("", |kind| kind.as_str());
                    Drawn(object, escape(&names.object(object)), kind.to_owned())
                })
                .collect(),
            moments,
            decides,
        }
    }
}

/// The threads and objects that are drawn.
struct Cast {
    threads: Vec<ThreadId>,
    objects: Vec<ObjectId>,
}

impl Cast {
    /// The threads that do something or wait, and the objects with a state that two threads use, or that one waits
    /// for. Where no object is shared, every object with a state.
    fn new(trace: &Trace) -> Self {
        let mut threads: BTreeSet<ThreadId> = trace.events.iter().map(|event| event.thread).collect();
        threads.extend(trace.end.waits().iter().map(|wait| wait.thread));
        let mut users: BTreeMap<ObjectId, BTreeSet<ThreadId>> = BTreeMap::new();
        for event in &trace.events {
            let lock = match event.op {
                Op::Wait { lock, .. } | Op::WakeUp { lock, .. } => Some(lock),
                _ => None,
            };
            for object in event.object.into_iter().chain(lock) {
                users.entry(object).or_default().insert(event.thread);
            }
        }
        // What a thread waits at matters, even if no other one has used it.
        let mut waited_at: BTreeSet<ObjectId> = trace.end.waits().iter().filter_map(|wait| wait.object).collect();
        waited_at.extend(trace.events.iter().filter_map(|event| match event.op {
            Op::Wait { .. } | Op::BarrierWait { .. } => event.object,
            _ => None,
        }));
        let has_state = |object: &ObjectId| trace.events.iter().any(|event| event.state_of(*object).is_some());
        let known: BTreeSet<ObjectId> = users.keys().chain(&waited_at).copied().collect();
        let mut objects: Vec<ObjectId> = known.into_iter().filter(has_state).collect();
        let is_shared =
            |object: &ObjectId| waited_at.contains(object) || users.get(object).is_some_and(|users| users.len() > 1);
        if objects.iter().any(is_shared) {
            objects.retain(is_shared);
        }
        objects.truncate(MOST_DRAWN);
        Self {
            threads: threads.into_iter().take(MOST_DRAWN).collect(),
            objects,
        }
    }
}

/// A thread as the page shows it.
fn change(
    thread: ThreadId,
    state: &ThreadState,
    line: Option<(usize, u32)>,
    trace: &Trace,
    names: &Names<'_>,
) -> ThreadChange {
    let (kind, words, object, threads) = match state {
        ThreadState::NotStarted => ("idle", "not started".to_owned(), None, Vec::new()),
        ThreadState::Ready(Some(next)) => {
            let event = &trace.events[*next];
            (
                "ready",
                format!("next: {}", words::operation(&event.op)),
                None,
                Vec::new(),
            )
        }
        ThreadState::Ready(None) => ("ready", "can go on".to_owned(), None, Vec::new()),
        ThreadState::Waiting(waiting) => (
            "waits",
            waits(waiting.kind, waiting.object, &waiting.threads, names),
            waiting.object,
            waiting.threads.clone(),
        ),
        ThreadState::Sleeping(until) => ("sleeps", format!("sleeps until {}", duration(*until)), None, Vec::new()),
        ThreadState::Ended => ("ended", "ended".to_owned(), None, Vec::new()),
        ThreadState::Panicked => ("panicked", "panicked".to_owned(), None, Vec::new()),
        ThreadState::CutShort => ("idle", "cut short".to_owned(), None, Vec::new()),
    };
    ThreadChange(thread, kind, escape(&words), object, threads, line)
}

/// What a thread waits for, in few words.
fn waits(kind: WaitKind, object: Option<ObjectId>, threads: &[ThreadId], names: &Names<'_>) -> String {
    let object = || object.map_or("it".to_owned(), |object| names.object(object));
    match kind {
        WaitKind::Lock | WaitKind::WriteLock => format!("waits for {}", object()),
        WaitKind::Relock => format!("notified, waits for {}", object()),
        WaitKind::Notification => "waits for a notification".to_owned(),
        WaitKind::Barrier => "waits at the barrier".to_owned(),
        WaitKind::Message | WaitKind::TimerMessage => "waits for a message".to_owned(),
        WaitKind::Room => "waits for room".to_owned(),
        WaitKind::HandOver => "waits for a receiver".to_owned(),
        WaitKind::Partner | WaitKind::Select => "waits for a channel".to_owned(),
        WaitKind::Initialization => format!("waits until {} is initialised", object()),
        WaitKind::Join => match threads {
            [] => "waits for a thread to end".to_owned(),
            threads => format!("waits for {} to end", names.some_threads(threads)),
        },
        WaitKind::ScopeEnd => "waits for its scope to end".to_owned(),
        WaitKind::Park => "waits to be unparked".to_owned(),
        WaitKind::Clock => "sleeps for ever".to_owned(),
        WaitKind::Jobs => "waits for jobs to end".to_owned(),
        WaitKind::Work => "waits for a job".to_owned(),
        WaitKind::Bytes => "waits for bytes".to_owned(),
        WaitKind::RoomForBytes => "waits for room in the pipe".to_owned(),
        WaitKind::Descriptors => "waits for a descriptor".to_owned(),
    }
}
