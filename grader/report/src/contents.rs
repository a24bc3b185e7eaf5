//! The cells of the table of an interleaving, before they are laid out.

use protocol::trace::{Event, Object, ObjectId, ObjectKind, Op, Place, Trace, Wait, WaitReason};

use crate::escape::{shorten, width};
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
    /// How many of them have a column if threads can have one then.
    pub(super) least_states: usize,
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
    /// Whether every continuation after it fails.
    pub(super) is_decisive: bool,
    pub(super) thread: usize,
    pub(super) operation: Operation,
    /// The file, and the line with a colon before it.
    pub(super) place: Option<(String, String)>,
    pub(super) states: Vec<String>,
    pub(super) time: String,
}

/// What a thread does, to what, and what comes of it: `load`, `counter`, `→ 0`.
pub(super) struct Operation {
    verb: String,
    object: Option<String>,
    detail: Option<String>,
}

/// A name that is shorter than this says nothing.
const NAME_WIDTH: usize = 4;

impl Operation {
    /// As a cell of this width has it. Where that is too narrow, the name of the object is shortened or left out; the
    /// verb and what came of it never are.
    pub(super) fn fitted(&self, room: usize) -> String {
        let Operation { verb, object, detail } = self;
        let rest = [Some(verb), detail.as_ref()]
            .into_iter()
            .flatten()
            .map(|part| width(part) + 1);
        let left = room.saturating_sub(rest.sum());
        let object = object.as_ref().map(|object| shorten(object, left));
        let object = object.filter(|object| self.object.as_ref() == Some(object) || left >= NAME_WIDTH);
        let parts = [Some(verb), object.as_ref(), detail.as_ref()];
        parts
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The width that the verb and what came of it need. Only a text that was written, of any length, may be cut.
    pub(super) fn least_width(&self) -> usize {
        const LONGEST_TEXT: usize = 16;
        let detail = self.detail.as_ref().map_or(0, |detail| match width(detail) {
            long if detail.starts_with('"') => 1 + long.min(LONGEST_TEXT),
            long => 1 + long,
        });
        width(&self.verb) + detail
    }

    /// All of it.
    pub(super) fn whole(&self) -> String {
        self.fitted(usize::MAX)
    }
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
    pub(super) fn new(trace: &Trace, names: &Names<'_>, rows: &[Row], decisive: Option<usize>) -> Self {
        let touches: Vec<Touch<'_>> = rows.iter().filter_map(|row| Touch::of(trace, row)).collect();
        let mut threads: Vec<usize> = touches.iter().map(|touch| touch.thread).collect();
        threads.sort_unstable();
        threads.dedup();
        let stateful = stateful(trace, &touches);
        let is_named = is_named(trace, &touches, &stateful);
        Self {
            entries: entries(trace, names, rows, decisive, &stateful, is_named),
            threads: threads
                .into_iter()
                .map(|thread| (thread, names.thread(thread)))
                .collect(),
            n_states: stateful.len(),
            // The steps show who holds a lock as well, if they name it.
            least_states: usize::from(
                !is_named || stateful.iter().any(|&object| worth(&trace.objects[object]) == Some(0)),
            ),
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
fn entries(
    trace: &Trace,
    names: &Names<'_>,
    rows: &[Row],
    decisive: Option<usize>,
    stateful: &[usize],
    is_named: bool,
) -> Vec<Entry> {
    let states = states(trace, names, stateful);
    let nothing = vec![String::new(); stateful.len()];
    let entry = |row: &Row| match row {
        Row::Gap(n) => Entry::Gap(*n),
        Row::Step(index) => {
            let event = &trace.events[*index];
            Entry::Step(Step {
                number: (index + 1).to_string(),
                is_preempting: event.preempts,
                is_decisive: Some(*index) == decisive,
                thread: event.thread,
                operation: operation(trace, event, names, is_named),
                place: place(place_of(trace, event), names),
                states: states[*index].clone(),
                time: duration(event.time),
            })
        }
        Row::Waiting(index) => {
            let wait = &trace.end.waits()[*index];
            Entry::Step(Step {
                number: String::new(),
                is_preempting: false,
                is_decisive: false,
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

fn operation(trace: &Trace, event: &Event, names: &Names<'_>, is_named: bool) -> Operation {
    let object = event.object.filter(|object| is_named && !is_stdout(trace, *object));
    let detail = words::detail(trace, event, names);
    Operation {
        verb: words::operation(&event.op).to_owned(),
        object: object.map(|object| match &event.op {
            Op::Send { .. } => format!("→ {}", short_name(object, names)),
            _ => short_name(object, names),
        }),
        detail: match (&event.op, detail) {
            (Op::Store { .. }, Some(value)) => Some(format!("= {value}")),
            // Its message is told above the table.
            (Op::EndThread { panicked: true }, _) => None,
            (_, detail) => detail,
        },
    }
}

/// What a thread does, with the object that it does it to: `load counter → 0`.
pub(crate) fn doing(trace: &Trace, event: &Event, names: &Names<'_>) -> String {
    operation(trace, event, names, true).whole()
}

/// What a thread that still waits does, with the object that it waits at: `lock savings …`.
pub(crate) fn still_doing(wait: &Wait, names: &Names<'_>) -> String {
    waiting(wait, names, true).whole()
}

/// A thread that still waits at the end: its operation, with `…` for the end that never comes.
fn waiting(wait: &Wait, names: &Names<'_>, is_named: bool) -> Operation {
    // A scope has no name of its own in the source.
    let is_named = is_named && !matches!(wait.reason, WaitReason::ScopeEnd);
    let detail = match wait.reason {
        WaitReason::Join { thread } => format!("{} …", names.thread(thread)),
        _ => "…".to_owned(),
    };
    Operation {
        verb: words::waiting_operation(&wait.reason).to_owned(),
        object: wait.object.filter(|_| is_named).map(|object| short_name(object, names)),
        detail: Some(detail),
    }
}

/// The name of an object in a table: the place of a step says already that an object is the check's.
fn short_name(object: ObjectId, names: &Names<'_>) -> String {
    let name = names.object(object);
    name.strip_prefix("check's ").map_or(name.clone(), str::to_owned)
}

/// Where a step was made. A thread that panicked did so on the line of its panic.
fn place_of<'a>(trace: &'a Trace, event: &'a Event) -> Option<&'a Place> {
    let panic = || trace.threads.get(event.thread)?.panic.as_ref()?.place.as_ref();
    match event.op {
        Op::EndThread { panicked: true } => panic(),
        _ => event.place.as_ref(),
    }
}
