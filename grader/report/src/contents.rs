//! The cells of the table of an interleaving, before they are laid out.

use protocol::trace::{Event, Object, ObjectId, ObjectKind, Place, Trace, Wait, WaitReason};

use crate::names::{self, Names};
use crate::steps::Row;
use crate::table::duration;
use crate::words;

/// The most columns of state. More of them leave too little room for the steps.
const STATES: usize = 3;

/// The table's cells as text.
pub(super) struct Contents {
    pub(super) entries: Vec<Entry>,
    /// The threads that have a column, with their names.
    pub(super) threads: Vec<(usize, String)>,
    /// The names of the objects that may have a column.
    pub(super) objects: Vec<String>,
    /// How many of them have a column: the first ones.
    pub(super) n_states: usize,
    pub(super) has_time: bool,
    pub(super) has_one_file: bool,
}

pub(super) enum Entry {
    Gap(usize),
    Step(Step),
}

pub(super) struct Step {
    pub(super) number: String,
    pub(super) is_preempting: bool,
    pub(super) thread: usize,
    pub(super) operation: String,
    /// The file, and the line with a colon before it.
    pub(super) place: Option<(String, String)>,
    pub(super) states: Vec<String>,
    pub(super) time: String,
}

impl Step {
    /// The place, shortened to its line where `is_short` and the file can be told.
    pub(super) fn place(&self, is_short: bool) -> String {
        match &self.place {
            // A line without a file is a line of the submission.
            Some((file, _)) if is_short && file == names::CHECK => file.clone(),
            Some((_, line)) if is_short => line.clone(),
            Some((file, line)) => format!("{file}{line}"),
            None => String::new(),
        }
    }
}

impl Contents {
    pub(super) fn new(trace: &Trace, names: &Names<'_>, rows: &[Row]) -> Self {
        let touches: Vec<Touch<'_>> = rows.iter().filter_map(|row| Touch::of(trace, row)).collect();
        let mut threads: Vec<usize> = touches.iter().map(|touch| touch.thread).collect();
        threads.sort_unstable();
        threads.dedup();
        let stateful = stateful(trace, &touches);
        let is_named = is_named(trace, &touches, &stateful);
        Self {
            entries: entries(trace, names, rows, &stateful, is_named),
            threads: threads
                .into_iter()
                .map(|thread| (thread, names.thread(thread)))
                .collect(),
            n_states: stateful.len(),
            objects: stateful.into_iter().map(|object| names.object(object)).collect(),
            has_time: touches
                .iter()
                .any(|touch| touch.event.is_some_and(|event| !event.time.is_zero())),
            has_one_file: names.is_one_file(),
        }
    }
}

/// The thread and the object of a row: the thread does something to the object, or waits there.
struct Touch<'a> {
    thread: usize,
    object: Option<usize>,
    event: Option<&'a Event>,
}

impl<'a> Touch<'a> {
    fn of(trace: &'a Trace, row: &Row) -> Option<Self> {
        match row {
            Row::Gap(_) => None,
            Row::Step(index) => {
                let event = &trace.events[*index];
                Some(Self {
                    thread: event.thread,
                    object: event.object,
                    event: Some(event),
                })
            }
            Row::Waiting(index) => {
                let wait = &trace.end.waits()[*index];
                Some(Self {
                    thread: wait.thread,
                    object: wait.object,
                    event: None,
                })
            }
        }
    }
}

/// The objects whose states get a column, the most important first.
fn stateful(trace: &Trace, touches: &[Touch<'_>]) -> Vec<usize> {
    let rank = |id: &usize| {
        let object = trace.objects.get(*id)?;
        // What the check counts for itself is the least important.
        Some((names::is_of_check(object), worth(object)?))
    };
    let mut stateful: Vec<usize> = Vec::new();
    for (object, _) in touches
        .iter()
        .filter_map(|touch| touch.event)
        .flat_map(|event| &event.states)
    {
        if rank(object).is_some() && !stateful.contains(object) {
            stateful.push(*object);
        }
    }
    stateful.sort_by_key(rank);
    stateful.truncate(STATES);
    stateful
}

/// How important a column for the state of an object is: 0 is the most important; `None` for no column.
fn worth(object: &Object) -> Option<u8> {
    match object.kind {
        ObjectKind::Atomic(_)
        | ObjectKind::StrongCount
        | ObjectKind::MpscChannel
        | ObjectKind::CrossbeamChannel
        | ObjectKind::Barrier
        | ObjectKind::Pipe => Some(0),
        // Their state is only who holds them, and the steps show that already.
        ObjectKind::Mutex | ObjectKind::RwLock | ObjectKind::Stdin | ObjectKind::Stdout | ObjectKind::Stderr => Some(1),
        ObjectKind::Condvar
        | ObjectKind::Once
        | ObjectKind::OnceLock
        | ObjectKind::LazyLock
        | ObjectKind::Timer(_)
        | ObjectKind::WeakCount
        | ObjectKind::Scope
        | ObjectKind::RayonPool
        | ObjectKind::SocketPair => None,
    }
}

/// Whether each step has to name its object. Where there is only one object, the heading of its column names it. A
/// write to standard output needs no name.
fn is_named(trace: &Trace, touches: &[Touch<'_>], stateful: &[usize]) -> bool {
    let mut objects = touches
        .iter()
        .filter_map(|touch| touch.object)
        .filter(|object| !is_stdout(trace, *object));
    let first = objects.next();
    stateful.is_empty() || objects.any(|object| Some(object) != first)
}

fn is_stdout(trace: &Trace, object: ObjectId) -> bool {
    trace.kind_of(object) == Some(ObjectKind::Stdout)
}

/// The rows with their cells.
fn entries(trace: &Trace, names: &Names<'_>, rows: &[Row], stateful: &[usize], is_named: bool) -> Vec<Entry> {
    let states = states(trace, names, stateful);
    let nothing = vec![String::new(); stateful.len()];
    let entry = |row: &Row| match row {
        Row::Gap(n) => Entry::Gap(*n),
        Row::Step(index) => {
            let event = &trace.events[*index];
            Entry::Step(Step {
                number: (index + 1).to_string(),
                is_preempting: event.preempts,
                thread: event.thread,
                operation: operation(trace, event, names, is_named),
                place: place(event.place.as_ref(), names),
                states: states[*index].clone(),
                time: duration(event.time),
            })
        }
        Row::Waiting(index) => {
            let wait = &trace.end.waits()[*index];
            Entry::Step(Step {
                number: String::new(),
                is_preempting: false,
                thread: wait.thread,
                operation: waiting(wait, names, is_named),
                place: place(wait.place.as_ref(), names),
                states: states.last().unwrap_or(&nothing).clone(),
                time: duration(trace.elapsed),
            })
        }
    };
    rows.iter().map(entry).collect()
}

/// A place in two parts: the file, and the line with a colon before it.
fn place(place: Option<&Place>, names: &Names<'_>) -> Option<(String, String)> {
    let name = names.place(place?);
    let colon = name.rfind(':')?;
    Some((name[..colon].to_owned(), name[colon..].to_owned()))
}

/// What each object in `stateful` holds after each event.
fn states(trace: &Trace, names: &Names<'_>, stateful: &[usize]) -> Vec<Vec<String>> {
    let mut now = vec![String::new(); stateful.len()];
    let mut states = Vec::with_capacity(trace.events.len());
    for event in &trace.events {
        for (object, state) in &event.states {
            if let Some(column) = stateful.iter().position(|other| other == object) {
                now[column] = words::state(state, names);
            }
        }
        states.push(now.clone());
    }
    states
}

/// What an event does, as its row says it.
pub(super) fn operation(trace: &Trace, event: &Event, names: &Names<'_>, is_named: bool) -> String {
    let object = event
        .object
        .filter(|object| is_named && !is_stdout(trace, *object))
        .map(|object| names.object(object));
    // The place of the step says already that the object is the check's.
    let object = object
        .as_deref()
        .map(|object| object.strip_prefix("check's ").unwrap_or(object));
    let operation = on(object, words::operation(&event.op));
    match words::detail(trace, event, names) {
        Some(detail) => format!("{operation} {detail}"),
        None => operation,
    }
}

/// What a thread does, with the object that it does it to: `counter.load → 0`.
pub(crate) fn doing(trace: &Trace, event: &Event, names: &Names<'_>) -> String {
    operation(trace, event, names, true)
}

/// A thread that still waits at the end: its operation, with `…` for the end that never comes.
pub(crate) fn waiting(wait: &Wait, names: &Names<'_>, is_named: bool) -> String {
    // A scope has no name of its own in the source.
    let is_named = is_named && !matches!(wait.reason, WaitReason::ScopeEnd);
    let object = wait.object.filter(|_| is_named).map(|object| names.object(object));
    let operation = on(object.as_deref(), words::waiting_operation(&wait.reason));
    if let WaitReason::Join { thread } = wait.reason {
        format!("{operation} {} …", names.thread(thread))
    } else {
        format!("{operation} …")
    }
}

/// An operation and what it is done to: `counter.load`, `Mutex #1: lock`.
fn on(object: Option<&str>, operation: &str) -> String {
    match object {
        Some(object) if object.contains([' ', '/']) => format!("{object}: {operation}"),
        Some(object) => format!("{object}.{operation}"),
        None => operation.to_owned(),
    }
}
