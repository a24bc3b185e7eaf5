//! The evidence that a check failed: an interleaving, a difference, what the compiler said, or what the program
//! printed.

use protocol::Failure;
use protocol::trace::{End, Place, Trace};
use protocol::verdict::{CheckFailure, Evidence};

use crate::escape::{counted, cut_middle, decode, escape, shorten_middle};
use crate::explain::{Story, explain};
use crate::names::Names;
use crate::steps::{self, Row};
use crate::table::{INDENT, table};
use crate::text::{Line, Text, Tone};
use crate::{Extent, Options, difference, lanes};

/// The most lines of a compiler or a program to show: enough to see what is wrong.
const LINES: usize = 40;
/// The most lines of source to show below a table.
const SOURCE_LINES: usize = 10;

/// The accounts that a report has already given, each with the name of its check. The same account is not given twice.
pub(crate) type Told<'a> = Vec<(&'a str, Text)>;

/// All that there is to say about how `check` failed; `told` has the accounts of the checks before it.
pub(crate) fn evidence<'a>(
    check: &'a str,
    check_failure: &CheckFailure,
    told: &mut Told<'a>,
    sources: &[(String, String)],
    options: &Options,
) -> Text {
    let mut text = Text::new();
    let columns = options.columns;
    match &check_failure.evidence {
        Evidence::Interleaving(failure) => text.append(interleaving(check, failure, told, sources, options)),
        Evidence::None => message(&mut text, &check_failure.message, columns),
        Evidence::Diagnostics(rendered) => {
            message(&mut text, &check_failure.message, columns);
            text.blank();
            text.append(diagnostics(rendered, options.extent));
        }
        Evidence::Difference { expected, got } => {
            message(&mut text, &check_failure.message, columns);
            text.blank();
            text.append(difference::difference(expected, got, options.extent, columns));
        }
        Evidence::Output { stdout, stderr } => {
            message(&mut text, &check_failure.message, columns);
            output(&mut text, "standard output", stdout, options);
            output(&mut text, "standard error", stderr, options);
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
pub(crate) fn message(text: &mut Text, message: &str, columns: usize) {
    let lines: Vec<&str> = message.lines().collect();
    let (head, left_out, tail) = cut_middle(&lines, LINES);
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

/// The interleaving in which `check` fails, or what is known where no single one shows it.
pub(crate) fn interleaving<'a>(
    check: &'a str,
    failure: &Failure,
    told: &mut Told<'a>,
    sources: &[(String, String)],
    options: &Options,
) -> Text {
    let names = Names::of(failure, sources);
    let story = explain(failure, &names);
    let mut text = claim(failure, &story, options);
    let Some(account) = account(failure, &story, &names, options) else {
        return text;
    };
    let same = told.iter().find(|(_, earlier)| *earlier == account);
    match same.filter(|_| options.extent == Extent::Cut) {
        Some((earlier, _)) => {
            let sentence = format!("It happens in the same way as in `{earlier}` above.");
            text.paragraph(Tone::Strong, INDENT, &sentence, options.columns);
        }
        None => {
            text.append(account.clone());
            told.push((check, account));
        }
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
            text.hanging(label, Tone::Plain, sentence, options.columns);
        }
    }
    text
}

/// How a failure comes about, as one execution shows it; `None` where no single one does.
fn account(failure: &Failure, story: &Story, names: &Names<'_>, options: &Options) -> Option<Text> {
    let trace = failure.trace.as_ref()?;
    let rows = steps::rows(trace, &story.steps, options.extent);
    let mut text = execution(trace, names, &rows, options);
    text.blank();
    for sentence in &story.sentences {
        text.paragraph(Tone::Strong, INDENT, sentence, options.columns);
    }
    Some(text)
}

/// An execution: its torn lines, its table, and the source lines that take part.
pub(crate) fn execution(trace: &Trace, names: &Names<'_>, rows: &[Row], options: &Options) -> Text {
    let mut text = Text::new();
    text.push(Line::new());
    text.append(lanes::lanes(trace, names, options.extent, options.columns));
    text.blank();
    if !rows.is_empty() {
        text.append(table(trace, names, rows, options.columns));
    }
    text.blank();
    text.append(source_lines(trace, names, rows, options));
    text
}

/// The submission's lines that take part, once each, in the order of the file.
fn source_lines(trace: &Trace, names: &Names<'_>, rows: &[Row], options: &Options) -> Text {
    let limit = if options.extent == Extent::Full {
        usize::MAX
    } else {
        SOURCE_LINES
    };
    let line = |place: &Place| Some((names.short_place(place), names.line(place)?.replace('\t', "    ")));
    let lines: Vec<(String, String)> = places(trace, rows).into_iter().filter_map(line).take(limit).collect();
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

/// What the compiler said, unchanged.
fn diagnostics(rendered: &str, extent: Extent) -> Text {
    let mut text = Text::new();
    let lines: Vec<&str> = rendered.trim_end().lines().collect();
    let limit = if extent == Extent::Full { usize::MAX } else { LINES };
    for line in lines.iter().take(limit) {
        let tone = match line {
            _ if line.starts_with("error") => Tone::Bad,
            _ if line.starts_with("warning") => Tone::Caution,
            _ => Tone::Plain,
        };
        text.push(Line::indented(INDENT).with(tone, line.replace('\t', "    ")));
    }
    if lines.len() > limit {
        let left_out = counted((lines.len() - limit) as u64, "more line");
        text.push(Line::indented(INDENT).with(Tone::Dim, format!("… {left_out}")));
    }
    text
}

/// What a stream held, if anything.
fn output(text: &mut Text, stream: &str, bytes: &[u8], options: &Options) {
    if bytes.is_empty() {
        return;
    }
    let decoded = decode(bytes);
    let lines: Vec<&str> = decoded.strip_suffix('\n').unwrap_or(&decoded).split('\n').collect();
    let limit = if options.extent == Extent::Full {
        usize::MAX
    } else {
        LINES / 2
    };
    let (head, left_out, tail) = cut_middle(&lines, limit);
    text.blank();
    text.push(Line::indented(INDENT).with(Tone::Dim, format!("{stream}:")));
    let line = |line: &str| {
        let start = Line::indented(INDENT).with(Tone::Dim, "│ ");
        let room = options.columns.saturating_sub(start.width());
        start.with(Tone::Plain, shorten_middle(&escape(line), room))
    };
    head.iter().for_each(|head| text.push(line(head)));
    if left_out > 0 {
        text.push(Line::indented(INDENT).with(Tone::Dim, format!("… {}", counted(left_out as u64, "line"))));
    }
    tail.iter().for_each(|tail| text.push(line(tail)));
}
