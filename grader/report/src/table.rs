//! The table of an interleaving: a row a step, a column a thread, and what the shared objects hold after each step.
//!
//! Where the columns of the threads would become too narrow to read, each step names its thread instead.

use std::time::Duration;

use protocol::trace::Trace;

use super::contents::{Contents, Entry, Step};
use super::escape::counted;
use super::grid::{GUTTER, Grid, cap};
use super::names::Names;
use super::steps::Row;
use super::text::{Line, Text, Tone};

/// From which column on the evidence of a finding stands.
pub(crate) const INDENT: usize = 5;
/// Marks a step at which the scheduler preempted a thread.
pub(crate) const PREEMPTED: &str = "»";
/// Marks the step after which every continuation fails.
pub(crate) const CERTAIN: &str = "✗";

/// The width of the marks behind the number of a step, with the gap before them.
const MARKS: usize = 3;
/// The narrowest column of a thread in which its operations can still be recognised: `count.fetch_a…  :14`.
const NARROWEST: usize = 20;
/// The headings of the list, which come before those of the states.
const LIST: [&str; 3] = ["thread", "operation", "place"];
/// The most columns for the name of an object above its states.
const NAME_WIDTH: usize = 26;

/// The table of the given rows of `trace`, in at most `columns` columns. From the step with index `decisive` on, the
/// failure is certain.
pub(crate) fn table(trace: &Trace, names: &Names<'_>, rows: &[Row], decisive: Option<usize>, columns: usize) -> Text {
    let mut text = Contents::new(trace, names, rows, decisive).render(columns);
    let shows = |is: &dyn Fn(usize) -> bool| rows.iter().any(|row| matches!(row, Row::Step(index) if is(*index)));
    let marks = [
        (
            PREEMPTED,
            "switched although the thread before could go on",
            shows(&|index| trace.events[index].preempts),
        ),
        (
            CERTAIN,
            "from here on it fails",
            shows(&|index| Some(index) == decisive),
        ),
    ];
    let mut legend = Line::indented(INDENT);
    for (mark, meaning, _) in marks.iter().filter(|(.., is_shown)| *is_shown) {
        let gap = if legend.width() > INDENT { "   " } else { "" };
        legend.push(Tone::Plain, gap);
        legend.push(Tone::Caution, mark);
        legend.push(Tone::Dim, format!(" {meaning}"));
    }
    if legend.width() > INDENT {
        text.push(legend.shortened(columns));
    }
    text
}

impl Contents {
    /// The widest layout that fits: first a full column for every thread and as many states as possible, then narrower
    /// columns, then a list. Only names are shortened, and values are not: where they have no room, there are fewer
    /// states.
    fn render(mut self, columns: usize) -> Text {
        let places: &[bool] = if self.has_one_file { &[false, true] } else { &[false] };
        let all = self.objects.len();
        for least in [usize::MAX, NARROWEST] {
            for n_states in (all.min(self.least_states)..=all).rev() {
                self.n_states = n_states;
                for &is_short in places {
                    let wanted = self.lane_widths(is_short);
                    let available = columns.saturating_sub(self.fixed_width() + GUTTER * wanted.len());
                    let cap = cap(&wanted, available);
                    let is_wide_enough = cap >= least && is_short == self.has_one_file && self.shows_values(cap);
                    if wanted.iter().all(|&width| width <= cap) || is_wide_enough {
                        return self.lanes(columns, &wanted, cap, is_short);
                    }
                }
            }
        }
        self.n_states = all;
        let [_, whole, _] = self.list_widths();
        while self.n_states > 1 && self.list_width(whole) > columns {
            self.n_states -= 1;
        }
        if self.list_width(self.least_operation_width()) > columns {
            self.n_states = 0;
        }
        self.list(columns)
    }

    /// Whether columns of threads that are `cap` wide have room for what came of each step.
    fn shows_values(&self, cap: usize) -> bool {
        self.threads.iter().all(|&(thread, _)| {
            let (_, place) = self.cell_widths(thread, self.has_one_file);
            let steps = self.steps().filter(|step| step.thread == thread);
            steps
                .into_iter()
                .all(|step| step.operation.least_width() + place <= cap)
        })
    }

    /// The width of the operations with which each step says what came of it.
    fn least_operation_width(&self) -> usize {
        self.steps().map(|step| step.operation.least_width()).max().unwrap_or(0)
    }

    /// The width of the indent, the number of the step, the states and the time.
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
        states.max().unwrap_or(0).max(name.min(NAME_WIDTH))
    }

    fn number_width(&self) -> usize {
        self.steps()
            .map(|step| step.number.chars().count())
            .max()
            .unwrap_or(0)
            .max("step".len())
            + MARKS
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

    /// The width that the column of each thread needs.
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
        let operation = steps().map(|step| width(&step.operation.whole())).max().unwrap_or(0);
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
                .with(Tone::Thread(step.thread), step.operation.fitted(operation))
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

    /// The width of the list with operations of this width.
    fn list_width(&self, operation: usize) -> usize {
        let [thread, _, place] = self.list_widths();
        self.fixed_width() + thread + operation + place + LIST.len() * GUTTER
    }

    /// What each column of the list needs.
    fn list_widths(&self) -> [usize; 3] {
        let width = |text: &str| Line::new().with(Tone::Plain, text).width();
        let mut widths = LIST.map(str::len);
        let mut fit = |column: usize, width: usize| widths[column] = widths[column].max(width);
        for (_, name) in &self.threads {
            fit(0, width(name));
        }
        for step in self.steps() {
            fit(1, width(&step.operation.whole()));
            fit(2, width(&step.place(self.has_one_file)));
        }
        widths
    }

    /// A row for every step that names its thread.
    fn list(&self, columns: usize) -> Text {
        let mut grid = Grid::new();
        let [thread, whole, place] = self.list_widths();
        let room = columns.saturating_sub(self.list_width(0));
        let operation = whole.min(room).max(self.least_operation_width());
        let headings = LIST.map(|heading| Line::new().with(Tone::Dim, heading));
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
                        Line::new().with(tone, step.operation.fitted(operation)),
                        Line::new().with(Tone::Dim, step.place(self.has_one_file)),
                    ];
                    grid.row(self.row(self.number(step), cells, &step.states, &step.time));
                }
            }
        }
        let mut widths = vec![self.number_width(), thread, operation, place];
        widths.extend((0..self.n_states).map(|column| self.state_width(column)));
        widths.push(columns);
        grid.render_with(INDENT, columns, &widths)
    }

    /// The cells of a row: its number, the cells of the layout, the states, the time.
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
        Line::indented(self.number_width() - MARKS - "step".len())
            .with(Tone::Dim, "step")
            .pad_to(self.number_width())
    }

    fn number(&self, step: &Step) -> Line {
        let width = self.number_width() - MARKS;
        let number = Line::new().with(Tone::Dim, format!("{:>width$} ", step.number));
        let preempted = if step.is_preempting { PREEMPTED } else { " " };
        let certain = if step.is_decisive { CERTAIN } else { " " };
        number.with(Tone::Caution, preempted).with(Tone::Bad, certain)
    }

    fn gap(&self, n: usize) -> Line {
        let width = self.number_width() - MARKS;
        Line::new()
            .with(Tone::Dim, format!("{:>width$}", "…"))
            .pad_to(self.number_width() + GUTTER)
            .with(Tone::Dim, counted(n as u64, "step"))
    }
}

/// A duration in the largest unit that it has at least one of: `2 s`, `1.5 s`, `10 ms`.
pub(crate) fn duration(duration: Duration) -> String {
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
