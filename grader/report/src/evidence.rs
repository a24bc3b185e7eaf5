//! The evidence that a check failed: an interleaving, a difference, what the compiler said, or what the program
//! printed.

use protocol::Failure;
use protocol::trace::{End, Place, Trace};
use protocol::verdict::{CheckFailure, Evidence};

use crate::escape::{counted, cut_middle, decode, escape, shorten_middle};
use crate::explain::{Story, explain, without_full_stop};
use crate::names::Names;
use crate::steps::{self, Row};
use crate::table::{INDENT, table};
use crate::text::{Line, Text, Tone};
use crate::{Extent, Options, difference, lanes, passing};

/// How much of the evidence to show at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Steps of an interleaving.
    pub(crate) steps: usize,
    /// Lines of source below a table.
    pub(crate) source_lines: usize,
    /// Lines of a compiler, of a program or of a message.
    pub(crate) lines: usize,
}

impl Size {
    /// All of it.
    pub(crate) const FULL: Size = Size {
        steps: usize::MAX,
        source_lines: usize::MAX,
        lines: usize::MAX,
    };

    /// What is shown where there is room: a table that can be overlooked, and enough of what a program says to see
    /// what is wrong.
    pub(crate) const USUAL: Size = Size {
        steps: 16,
        source_lines: 10,
        lines: 40,
    };

    /// The size for an extent.
    pub(crate) fn of(extent: Extent) -> Self {
        match extent {
            Extent::Cut => Self::USUAL,
            Extent::Full => Self::FULL,
        }
    }

    /// A smaller one, down to the steps that decide; `None` if there is none.
    pub(crate) fn smaller(self) -> Option<Size> {
        const SMALLEST: Size = Size {
            steps: 4,
            source_lines: 2,
            lines: 4,
        };
        let Size {
            steps,
            source_lines,
            lines,
        } = self;
        (self != SMALLEST).then(|| Size {
            steps: (steps - 2).max(SMALLEST.steps),
            source_lines: (source_lines - 2).max(SMALLEST.source_lines),
            lines: (lines - 5).max(SMALLEST.lines),
        })
    }
}

/// A failure under the model with its story.
pub(crate) struct Telling<'a> {
    pub(crate) failure: &'a Failure,
    pub(crate) names: Names<'a>,
    pub(crate) story: Story,
}

impl<'a> Telling<'a> {
    /// The story of `failure` in a submission with these files.
    pub(crate) fn of(failure: &'a Failure, sources: &'a [(String, String)]) -> Self {
        let names = Names::of(failure, sources);
        let story = explain(failure, &names);
        Self { failure, names, story }
    }
}

/// All that there is to say about how a check failed, in at most the given size. `telling` is the story of a failure
/// under the model.
pub(crate) fn evidence(
    check_failure: &CheckFailure,
    telling: Option<&Telling<'_>>,
    size: Size,
    options: &Options,
) -> Text {
    let mut text = Text::new();
    let columns = options.columns;
    match &check_failure.evidence {
        Evidence::Interleaving(_) => {
            if let Some(telling) = telling {
                text.append(interleaving(telling, size, options));
            }
        }
        Evidence::None => message(&mut text, &check_failure.message, size, columns),
        Evidence::Diagnostics(rendered) => {
            message(&mut text, &check_failure.message, size, columns);
            text.blank();
            text.append(diagnostics(rendered, size, columns));
        }
        Evidence::Difference { expected, got } => {
            message(&mut text, &check_failure.message, size, columns);
            text.blank();
            text.append(difference::difference(expected, got, size.lines, columns));
        }
        Evidence::Output { stdout, stderr } => {
            message(&mut text, &check_failure.message, size, columns);
            output(&mut text, "standard output", stdout, size, columns);
            output(&mut text, "standard error", stderr, size, columns);
        }
    }
    help(&mut text, check_failure.help.as_deref(), columns);
    text
}

/// What to do next, one advice on each line.
pub(crate) fn help(text: &mut Text, help: Option<&str>, columns: usize) {
    for advice in help.iter().flat_map(|help| help.lines()) {
        text.paragraph(Tone::Help, INDENT, &format!("help: {advice}"), columns);
    }
}

/// Sentences, one on each line.
pub(crate) fn message(text: &mut Text, message: &str, size: Size, columns: usize) {
    let lines: Vec<&str> = message.lines().collect();
    let (head, left_out, tail) = cut_middle(&lines, size.lines);
    let mut push = |lines: &[&str]| {
        for line in lines {
            text.paragraph(Tone::Plain, INDENT, line, columns);
        }
    };
    push(head);
    if left_out > 0 {
        push(&[&format!("… {}", counted(left_out as u64, "line"))]);
    }
    push(tail);
}

/// An interleaving that fails, or what is known where no single one shows it: what is wrong, how it comes about, and
/// the steps.
pub(crate) fn interleaving(telling: &Telling<'_>, size: Size, options: &Options) -> Text {
    let Telling { failure, names, story } = telling;
    let mut text = claim(failure, story, options);
    if let Some(trace) = &failure.trace {
        text.blank();
        for sentence in story.sentences.iter().chain(&passing::sentence(failure, names)) {
            text.paragraph(Tone::Strong, INDENT, sentence, options.columns);
        }
        // What decides may be a choice after the last step, of how the execution ends.
        let is_step = |step: &usize| *step < trace.events.len();
        let certain = failure
            .certainty
            .as_ref()
            .and_then(|certainty| certainty.steps.checked_sub(1));
        let decisive = certain.filter(is_step);
        let steps: Vec<usize> = story.steps.iter().copied().filter(is_step).chain(decisive).collect();
        let rows = steps::rows(trace, &steps, size.steps);
        text.blank();
        text.append(execution(trace, names, &rows, decisive, size, options));
    }
    text
}

/// The scenario, what was expected of it, and what was observed.
fn claim(failure: &Failure, story: &Story, options: &Options) -> Text {
    let mut text = Text::new();
    let expected = strip(&story.expected, "expected ");
    let got = story.got.as_deref().map(|got| strip(strip(got, "but "), "got "));
    for (label, sentence) in [
        ("scenario", Some(failure.scenario.as_str())),
        ("expected", Some(expected)),
        ("got", got),
    ] {
        if let Some(sentence) = sentence.filter(|sentence| !sentence.is_empty()) {
            let label = Line::indented(INDENT)
                .with(Tone::Dim, label)
                .pad_to(INDENT + "expected  ".len());
            text.hanging(label, Tone::Plain, without_full_stop(sentence), options.columns);
        }
    }
    text
}

/// An execution: its torn lines, its table, and the source lines that take part. From the step with index `decisive`
/// on, the failure is certain.
pub(crate) fn execution(
    trace: &Trace,
    names: &Names<'_>,
    rows: &[Row],
    decisive: Option<usize>,
    size: Size,
    options: &Options,
) -> Text {
    let mut text = Text::new();
    text.append(lanes::lanes(trace, names, size.steps, options.columns));
    text.blank();
    if rows.iter().any(|row| !matches!(row, Row::Gap(_))) {
        text.append(table(trace, names, rows, decisive, options.columns));
    }
    text.blank();
    text.append(source_lines(trace, names, rows, size, options));
    text
}

/// The submission's lines that take part, once each, in the order of the file.
fn source_lines(trace: &Trace, names: &Names<'_>, rows: &[Row], size: Size, options: &Options) -> Text {
    let line = |place: &Place| Some((names.short_place(place), names.line(place)?.replace('\t', "    ")));
    let lines: Vec<(String, String)> = places(trace, rows)
        .into_iter()
        .filter_map(line)
        .take(size.source_lines)
        .collect();
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let margin = lines.iter().map(|(_, line)| indent(line)).min().unwrap_or(0);
    let label = lines.iter().map(|(place, _)| place.len()).max().unwrap_or(0);
    let mut text = Text::new();
    for (place, line) in lines {
        let start = Line::indented(INDENT).with(Tone::Dim, place).pad_to(INDENT + label + 2);
        text.push(start.with(Tone::Plain, &line[margin..]).shortened(options.columns));
    }
    text
}

/// The places that the rows, the panics and the end speak of, each line once, in order.
fn places<'a>(trace: &'a Trace, rows: &[Row]) -> Vec<&'a Place> {
    let of_row = |row: &Row| -> Vec<&'a Place> {
        match row {
            Row::Gap(_) => Vec::new(),
            Row::Step(index) => trace.events[*index].place.iter().collect(),
            Row::Waiting(index) => {
                let wait = &trace.end.waits()[*index];
                wait.place.iter().chain(&wait.held_since).collect()
            }
        }
    };
    let panics = trace
        .threads
        .iter()
        .filter_map(|thread| thread.panic.as_ref()?.place.as_ref());
    let mut places: Vec<&Place> = rows.iter().flat_map(of_row).chain(panics).chain(end(trace)).collect();
    places.sort_unstable();
    places.dedup_by_key(|place| (&place.file, place.line));
    places
}

/// The places that the end of an execution speaks of.
fn end(trace: &Trace) -> Vec<&Place> {
    match &trace.end {
        End::Panicked(panic) => panic.place.iter().collect(),
        End::BusyWait { place, .. }
        | End::EndlessLoop { place, .. }
        | End::StackOverflow { place, .. }
        | End::Crashed { place, .. }
        | End::OutsideWait { place, .. }
        | End::Exited { place, .. } => place.iter().collect(),
        End::Aborted { panics, .. } => panics.iter().filter_map(|panic| panic.place.as_ref()).collect(),
        End::LostWakeup { notified_at, .. } => notified_at.iter().collect(),
        End::ThreadsLeft { threads } => {
            let left = trace.threads.iter().filter(|thread| threads.contains(&thread.id));
            left.filter_map(|thread| thread.spawned_at.as_ref()).collect()
        }
        End::Finished
        | End::Deadlock { .. }
        | End::Livelock { .. }
        | End::StepLimit
        | End::Nondeterministic(_)
        | End::Paused { .. } => Vec::new(),
    }
}

/// `sentence` without `word` at its beginning, because the label before it is the same word.
pub(crate) fn strip<'a>(sentence: &'a str, word: &str) -> &'a str {
    match sentence.get(..word.len()) {
        Some(start) if start.eq_ignore_ascii_case(word) => &sentence[word.len()..],
        Some(_) | None => sentence,
    }
}

/// What the compiler said. Its sentences are wrapped. Its code stays as it is, since there are marks below it.
fn diagnostics(rendered: &str, size: Size, columns: usize) -> Text {
    let mut text = Text::new();
    let lines: Vec<&str> = rendered.trim_end().lines().collect();
    for line in lines.iter().take(size.lines) {
        let tone = match line {
            _ if line.starts_with("error") => Tone::Bad,
            _ if line.starts_with("warning") => Tone::Caution,
            _ => Tone::Plain,
        };
        let line = line.replace('\t', "    ");
        let words = line.trim_start_matches(' ');
        let margin = INDENT + line.len() - words.len();
        if is_code(words) {
            text.push(Line::indented(margin).with(tone, words));
        } else {
            text.paragraph(tone, margin, words, columns);
        }
    }
    if lines.len() > size.lines {
        let left_out = counted((lines.len() - size.lines) as u64, "more line");
        text.push(Line::indented(INDENT).with(Tone::Dim, format!("… {left_out}")));
    }
    text
}

/// Whether a line of the compiler is code with its number, a line of marks below code, or a place.
fn is_code(line: &str) -> bool {
    let after_number = line.trim_start_matches(|character: char| character.is_ascii_digit());
    ["|", " |", "-->", ":::", "...", "+", " +", "-", " -", "~", " ~"]
        .iter()
        .any(|start| after_number.starts_with(start))
        || after_number.is_empty()
}

/// What a stream held, if anything.
fn output(text: &mut Text, stream: &str, bytes: &[u8], size: Size, columns: usize) {
    if bytes.is_empty() {
        return;
    }
    let decoded = decode(bytes);
    let lines: Vec<&str> = decoded.strip_suffix('\n').unwrap_or(&decoded).split('\n').collect();
    // The other stream has the other half.
    let (head, left_out, tail) = cut_middle(&lines, size.lines.div_ceil(2));
    text.blank();
    text.push(Line::indented(INDENT).with(Tone::Dim, format!("{stream}:")));
    let line = |line: &str| {
        let start = Line::indented(INDENT).with(Tone::Dim, "│ ");
        let room = columns.saturating_sub(start.width());
        start.with(Tone::Plain, shorten_middle(&escape(line), room))
    };
    head.iter().for_each(|head| text.push(line(head)));
    if left_out > 0 {
        text.push(Line::indented(INDENT).with(Tone::Dim, format!("… {}", counted(left_out as u64, "line"))));
    }
    tail.iter().for_each(|tail| text.push(line(tail)));
}
