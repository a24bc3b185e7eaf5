//! The table of an interleaving: a row a step, a column a thread, and what the shared objects hold after each step.
//!
//! Where the columns of the threads would become too narrow to read, each step names its thread instead.

use std::time::Duration;

use driver::protocol::{Event, Trace};

use super::escape::counted;
use super::grid::{GUTTER, Grid, cap};
use super::names::{self, Names};
use super::steps::{self, Row};
use super::text::{Line, Text, Tone};

/// From which column on the evidence of a finding stands.
pub const INDENT: usize = 5;
/// Marks a step at which the scheduler preempted a thread.
pub const PREEMPTED: &str = "»";

/// A thread's column says nothing that is worth a column if it is narrower: `count.fetch_a…  :14`.
const NARROWEST: usize = 20;
/// More columns of state than this hide the steps.
const STATES: usize = 3;
/// A state is a word or a number; what is longer is the detail's to say.
const STATE_WIDTH: usize = 18;

/// The table of the given rows of `trace`, in at most `columns` columns.
pub fn table(trace: &Trace, names: &Names<'_>, rows: &[Row], columns: usize) -> Text {
    let mut text = Contents::new(trace, names, rows).render(columns);
    if rows
        .iter()
        .any(|row| matches!(row, Row::Step(index) if trace.events[*index].preempts))
    {
        text.blank();
        let legend = "the scheduler switched threads here, although the one before could go on";
        text.hanging(
            Line::indented(INDENT)
                .with(Tone::Caution, PREEMPTED)
                .with(Tone::Plain, " "),
            Tone::Dim,
            legend,
            columns,
        );
    }
    text
}

/// What stands in the table, before it is laid out.
struct Contents {
    entries: Vec<Entry>,
    /// The threads that have a column, with their names.
    threads: Vec<(usize, String)>,
    /// The names of the objects that may have a column.
    objects: Vec<String>,
    /// How many of them have one, from the first.
    n_states: usize,
    has_time: bool,
    has_one_file: bool,
}

enum Entry {
    Gap(usize),
    Step(Step),
}

struct Step {
    number: String,
    is_preempting: bool,
    thread: usize,
    operation: String,
    /// The file, and the line with a colon before it.
    place: Option<(String, String)>,
    states: Vec<String>,
    time: String,
}

impl Step {
    /// The place, shortened to its line where `is_short` and the file can be told.
    fn place(&self, is_short: bool) -> String {
        match &self.place {
            Some((_, line)) if is_short => line.clone(),
            Some((file, line)) => format!("{file}{line}"),
            None => String::new(),
        }
    }
}

impl Contents {
    fn new(trace: &Trace, names: &Names<'_>, rows: &[Row]) -> Self {
        let shown = rows.iter().filter_map(|row| {
            if let Row::Step(index) = row {
                Some(&trace.events[*index])
            } else {
                None
            }
        });
        let waits = steps::waits(trace).iter().enumerate();
        let waits = waits
            .filter(|(index, _)| rows.contains(&Row::Waiting(*index)))
            .map(|(_, wait)| wait);
        let mut touched: Vec<usize> = Vec::new();
        let mut stateful: Vec<usize> = Vec::new();
        for object in shown
            .clone()
            .filter_map(|event| event.object)
            .chain(waits.clone().filter_map(|wait| wait.object))
        {
            if !touched.contains(&object) {
                touched.push(object);
            }
        }
        for event in shown.clone().filter(|event| event.state.is_some()) {
            if let Some(object) = event.object.filter(|object| !stateful.contains(object)) {
                stateful.push(object);
            }
        }
        // A value says more than who holds a lock, which the steps say already.
        stateful.sort_by_key(|object| trace.objects.get(*object).is_some_and(names::is_lock));
        stateful.truncate(STATES);
        let mut threads: Vec<usize> = shown
            .clone()
            .map(|event| event.thread)
            .chain(waits.map(|wait| wait.thread))
            .collect();
        threads.sort_unstable();
        threads.dedup();
        // What is written says itself where to; an object that is alone and has a column is named by its heading.
        touched.retain(|object| !trace.objects.get(*object).is_some_and(names::is_stdout));
        let is_named = touched.len() > 1 || stateful.is_empty();
        let has_time = shown.clone().any(|event| !event.time.is_zero());
        Self {
            entries: entries(trace, names, rows, &stateful, is_named),
            threads: threads
                .into_iter()
                .map(|thread| (thread, names.thread(thread)))
                .collect(),
            n_states: stateful.len(),
            objects: stateful.into_iter().map(|object| names.object(object)).collect(),
            has_time,
            has_one_file: names.is_one_file(),
        }
    }

    /// The widest layout that fits: lanes in full with as many states as there is room for, else narrower lanes, else a list.
    fn render(mut self, columns: usize) -> Text {
        let places: &[bool] = if self.has_one_file { &[false, true] } else { &[false] };
        let all = self.objects.len();
        for least in [usize::MAX, NARROWEST] {
            for n_states in (all.min(1)..=all).rev() {
                self.n_states = n_states;
                for &is_short in places {
                    let wanted = self.lane_widths(is_short);
                    let available = columns.saturating_sub(self.fixed_width() + GUTTER * wanted.len());
                    let cap = cap(&wanted, available);
                    if wanted.iter().all(|&width| width <= cap) || (cap >= least && is_short == self.has_one_file) {
                        return self.lanes(columns, &wanted, cap, is_short);
                    }
                }
            }
        }
        self.n_states = all;
        while self.n_states > 1 && self.list_width() > columns {
            self.n_states -= 1;
        }
        self.list(columns)
    }

    /// The columns that the indent, the number of the step, the states and the time take.
    fn fixed_width(&self) -> usize {
        let states = (0..self.n_states)
            .map(|column| self.state_width(column) + GUTTER)
            .sum::<usize>();
        let times = self
            .steps()
            .map(|step| step.time.chars().count())
            .max()
            .unwrap_or(0)
            .max("time".len());
        INDENT + self.number_width() + states + if self.has_time { GUTTER + times } else { 0 }
    }

    fn state_width(&self, column: usize) -> usize {
        let states = self
            .steps()
            .map(|step| Line::new().with(Tone::Plain, &step.states[column]).width());
        let name = Line::new().with(Tone::Plain, &self.objects[column]).width();
        states.max().unwrap_or(0).max(name).min(STATE_WIDTH)
    }

    fn number_width(&self) -> usize {
        self.steps()
            .map(|step| step.number.chars().count())
            .max()
            .unwrap_or(0)
            .max("step".len())
            + 2
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.entries.iter().filter_map(|entry| {
            if let Entry::Step(step) = entry {
                Some(step)
            } else {
                None
            }
        })
    }

    /// How wide the column of each thread would like to be.
    fn lane_widths(&self, is_short: bool) -> Vec<usize> {
        let lane = |(thread, name): &(usize, String)| {
            let (operation, place) = self.cell_widths(*thread, is_short);
            (operation + place).max(Line::new().with(Tone::Plain, name).width())
        };
        self.threads.iter().map(lane).collect()
    }

    /// The widest operation of a thread, and its widest place together with the gap before it.
    fn cell_widths(&self, thread: usize, is_short: bool) -> (usize, usize) {
        let width = |text: &str| Line::new().with(Tone::Plain, text).width();
        let steps = || self.steps().filter(|step| step.thread == thread);
        let operation = steps().map(|step| width(&step.operation)).max().unwrap_or(0);
        let place = steps().map(|step| width(&step.place(is_short))).max().unwrap_or(0);
        (operation, if place == 0 { 0 } else { place + GUTTER })
    }

    /// A column for every thread.
    fn lanes(&self, columns: usize, wanted: &[usize], cap: usize, is_short: bool) -> Text {
        let mut grid = Grid::new();
        let threads = self
            .threads
            .iter()
            .map(|(thread, name)| Line::new().with(Tone::Thread(*thread), name));
        grid.row(self.row(self.heading(), threads.collect(), &self.objects, "time"));
        let mut widths = vec![self.number_width()];
        widths.extend(wanted.iter().map(|&width| width.min(cap)));
        for entry in &self.entries {
            let step = match entry {
                Entry::Step(step) => step,
                Entry::Gap(n) => {
                    grid.note(self.gap(*n));
                    continue;
                }
            };
            let mut lanes = vec![Line::new(); self.threads.len()];
            let lane = self.threads.iter().position(|(thread, _)| *thread == step.thread);
            let lane = lane.expect("every thread that a row shows has a column");
            let (operation, place) = self.cell_widths(step.thread, is_short);
            let operation = operation.min(widths[lane + 1].saturating_sub(place));
            lanes[lane] = Line::new()
                .with(Tone::Thread(step.thread), &step.operation)
                .shortened(operation);
            if place > 0 {
                lanes[lane] = lanes[lane]
                    .clone()
                    .pad_to(operation + GUTTER)
                    .with(Tone::Dim, step.place(is_short));
            }
            grid.row(self.row(self.number(step), lanes, &step.states, &step.time));
        }
        widths.extend((0..self.n_states).map(|column| self.state_width(column)));
        widths.push(columns);
        grid.render_with(INDENT, columns, &widths)
    }

    /// How wide the list would like to be.
    fn list_width(&self) -> usize {
        let width = |text: &str| Line::new().with(Tone::Plain, text).width();
        let threads = self.threads.iter().map(|(_, name)| width(name)).max().unwrap_or(0);
        let cells = self
            .threads
            .iter()
            .map(|(thread, _)| self.cell_widths(*thread, self.has_one_file));
        self.fixed_width() + threads + cells.map(|(operation, place)| operation + place).max().unwrap_or(0) + 2 * GUTTER
    }

    /// A row for every step that names its thread.
    fn list(&self, columns: usize) -> Text {
        const THREAD: usize = 1;
        const OPERATION: usize = 2;
        let mut grid = Grid::new();
        let headings = ["thread", "operation", "place"].map(|heading| Line::new().with(Tone::Dim, heading));
        grid.row(self.row(self.heading(), headings.into(), &self.objects, "time"));
        for entry in &self.entries {
            match entry {
                Entry::Gap(n) => grid.note(self.gap(*n)),
                Entry::Step(step) => {
                    let name = self
                        .threads
                        .iter()
                        .find(|(thread, _)| *thread == step.thread)
                        .map(|(_, name)| name);
                    let tone = Tone::Thread(step.thread);
                    let cells = vec![
                        Line::new().with(tone, name.expect("every thread that a row shows has a name")),
                        Line::new().with(tone, &step.operation),
                        Line::new().with(Tone::Dim, step.place(self.has_one_file)),
                    ];
                    grid.row(self.row(self.number(step), cells, &step.states, &step.time));
                }
            }
        }
        let states: Vec<usize> = (4..4 + self.n_states).collect();
        grid.render(INDENT, columns, &[&[THREAD, OPERATION], states.as_slice()].concat())
    }

    /// The cells of a row: its number, what the layout puts between, the states, the time.
    fn row(&self, number: Line, cells: Vec<Line>, states: &[String], time: &str) -> Vec<Line> {
        let mut row = vec![number];
        row.extend(cells);
        row.extend(
            states
                .iter()
                .take(self.n_states)
                .map(|state| Line::new().with(Tone::Strong, state)),
        );
        if self.has_time {
            row.push(Line::new().with(Tone::Dim, time));
        }
        row
    }

    fn heading(&self) -> Line {
        Line::indented(self.number_width() - 2 - "step".len())
            .with(Tone::Dim, "step")
            .pad_to(self.number_width())
    }

    fn number(&self, step: &Step) -> Line {
        let width = self.number_width() - 2;
        let number = Line::new().with(Tone::Dim, format!("{:>width$} ", step.number));
        let mark = if step.is_preempting { PREEMPTED } else { " " };
        number.with(Tone::Caution, mark)
    }

    fn gap(&self, n: usize) -> Line {
        let width = self.number_width() - 2;
        Line::new()
            .with(Tone::Dim, format!("{:>width$}  ", "…"))
            .pad_to(width + 2 + GUTTER)
            .with(Tone::Dim, counted(n as u64, "step"))
    }
}

/// The rows with all they say.
fn entries(trace: &Trace, names: &Names<'_>, rows: &[Row], stateful: &[usize], is_named: bool) -> Vec<Entry> {
    let states_after = states(trace, names, stateful);
    let place = |place: Option<&driver::protocol::Place>| {
        let name = names.place(place?);
        name.rfind(':').map(|at| (name[..at].to_owned(), name[at..].to_owned()))
    };
    let entry = |row: &Row| match row {
        Row::Gap(n) => Entry::Gap(*n),
        Row::Step(index) => {
            let event = &trace.events[*index];
            Entry::Step(Step {
                number: (index + 1).to_string(),
                is_preempting: event.preempts,
                thread: event.thread,
                operation: operation(trace, event, names, is_named),
                place: place(event.place.as_ref()),
                states: states_after[*index].clone(),
                time: duration(event.time),
            })
        }
        Row::Waiting(index) => {
            let wait = &steps::waits(trace)[*index];
            let object = wait.object.filter(|_| is_named).map(|object| names.object(object));
            // `wait on a condition variable` is a `wait` when the object's name stands before it.
            let verb = wait
                .operation
                .split(' ')
                .next()
                .filter(|_| wait.object.is_some())
                .unwrap_or(&wait.operation);
            Entry::Step(Step {
                number: String::new(),
                is_preempting: false,
                thread: wait.thread,
                operation: format!("{} …", on(object.as_deref(), verb)),
                place: place(wait.place.as_ref()),
                states: states_after
                    .last()
                    .cloned()
                    .unwrap_or_else(|| vec![String::new(); stateful.len()]),
                time: duration(trace.elapsed),
            })
        }
    };
    rows.iter().map(entry).collect()
}

/// What each object in `stateful` holds after each event.
fn states(trace: &Trace, names: &Names<'_>, stateful: &[usize]) -> Vec<Vec<String>> {
    let mut now = vec![String::new(); stateful.len()];
    let mut states = Vec::with_capacity(trace.events.len());
    for event in &trace.events {
        let column = stateful.iter().position(|object| Some(*object) == event.object);
        if let (Some(column), Some(state)) = (column, &event.state) {
            now[column] = state_in_words(state, names);
        }
        states.push(now.clone());
    }
    states
}

/// A state with threads called by their names: `held by 2` becomes `held by thread 2`.
fn state_in_words(state: &str, names: &Names<'_>) -> String {
    match state.rsplit_once(" by ").map(|(held, thread)| (held, thread.parse())) {
        Some((held, Ok(thread))) => format!("{held} by {}", names.thread(thread)),
        Some((_, Err(_))) | None => state.to_owned(),
    }
}

fn operation(trace: &Trace, event: &Event, names: &Names<'_>, is_named: bool) -> String {
    let is_stdout = |object: &usize| trace.objects.get(*object).is_some_and(names::is_stdout);
    let object = event
        .object
        .filter(|object| is_named && !is_stdout(object))
        .map(|object| names.object(object));
    let operation = on(object.as_deref(), &event.operation);
    match &event.detail {
        Some(detail) => format!("{operation} {detail}"),
        None => operation,
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

/// A duration in the unit that its author would have used: `2 s`, `1.5 s`, `10 ms`.
pub fn duration(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    let (unit, name) = match nanos {
        0 => return "0 s".to_owned(),
        1..1_000 => (1, "ns"),
        1_000..1_000_000 => (1_000, "µs"),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    };
    let whole = nanos / unit;
    let fraction = format!("{:0width$}", nanos % unit, width = unit.ilog10() as usize);
    let fraction = if unit == 1 { "" } else { fraction.trim_end_matches('0') };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{whole}{point}{fraction} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_they_were_written() {
        let read = |nanos| duration(Duration::from_nanos(nanos));
        assert_eq!(read(0), "0 s");
        assert_eq!(read(2_000_000_000), "2 s");
        assert_eq!(read(1_500_000_000), "1.5 s");
        assert_eq!(read(10_000_000), "10 ms");
        assert_eq!(read(1), "1 ns");
        assert_eq!(read(61_000_000_001), "61.000000001 s");
    }
}
