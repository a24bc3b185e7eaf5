//! Standard output as it came, with the thread that wrote each part of a line below it.

use std::collections::BTreeMap;

use protocol::trace::{Segment, Trace};

use super::escape::{decode, escape, width};
use super::names::Names;
use super::table::INDENT;
use super::text::{Line, Text, Tone};

/// A run of characters of one line, written by one thread.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    thread: usize,
    text: String,
}

/// The lines of standard output that more than one thread wrote, in `limit` rows; no text where there is none.
pub(crate) fn lanes(trace: &Trace, names: &Names<'_>, limit: usize, columns: usize) -> Text {
    let lines = lines(&trace.stdout);
    let torn: Vec<(usize, &Vec<Part>)> = lines
        .iter()
        .enumerate()
        .filter(|(_, parts)| n_writers(parts) > 1)
        .collect();
    let mut text = Text::new();
    if torn.is_empty() {
        return text;
    }
    text.push(Line::indented(INDENT).with(
        Tone::Dim,
        "Lines that more than one thread wrote; below each, who wrote what:",
    ));
    // Each takes two rows.
    let limit = limit / 2;
    let mut writers: BTreeMap<usize, char> = BTreeMap::new();
    for (number, parts) in torn.iter().take(limit) {
        push_line(&mut text, *number + 1, parts, &mut writers, columns);
    }
    if torn.len() > limit {
        text.push(Line::indented(INDENT).with(Tone::Dim, format!("… {} more", torn.len() - limit)));
    }
    let mut legend = Line::indented(INDENT);
    for (thread, mark) in &writers {
        let entry = format!("{mark} = {}", names.thread(*thread));
        let comma = if legend.width() > INDENT { ", " } else { "" };
        if legend.width() + comma.len() + width(&entry) >= columns && !comma.is_empty() {
            let full = std::mem::replace(&mut legend, Line::indented(INDENT));
            text.push(full.with(Tone::Plain, ",").shortened(columns));
        } else {
            legend.push(Tone::Plain, comma);
        }
        legend.push(Tone::Thread(*thread), entry);
    }
    text.push(legend.shortened(columns));
    text
}

/// One line and the marks below it, in as many rows as `columns` asks for.
fn push_line(text: &mut Text, number: usize, parts: &[Part], writers: &mut BTreeMap<usize, char>, columns: usize) {
    let label = format!("{:<1$}", format!("line {number}"), "line 99".len());
    let start = INDENT + width(&label) + 2;
    let room = columns.saturating_sub(start).max(8);
    let mut written = Line::indented(INDENT).with(Tone::Dim, label).pad_to(start);
    let mut marks = Line::indented(start);
    for part in parts {
        let mark = *writers.entry(part.thread).or_insert_with(|| mark(part.thread));
        for character in escape(&part.text).chars() {
            let wide = width(&character.to_string());
            if written.width() + wide > start + room {
                text.push(std::mem::replace(&mut written, Line::indented(start)));
                text.push(std::mem::replace(&mut marks, Line::indented(start)));
            }
            written.push(Tone::Thread(part.thread), character.to_string());
            marks.push(Tone::Thread(part.thread), mark.to_string().repeat(wide));
        }
    }
    text.push(written);
    text.push(marks);
}

/// A thread's mark: its number as a digit, then letters; beyond those, `+`.
fn mark(thread: usize) -> char {
    u32::try_from(thread)
        .ok()
        .and_then(|thread| char::from_digit(thread, 36))
        .unwrap_or('+')
}

/// The output cut into lines, each into the parts that its writers gave it; a line feed belongs to the line that it
/// ends.
fn lines(segments: &[Segment]) -> Vec<Vec<Part>> {
    let mut lines: Vec<Vec<Part>> = vec![Vec::new()];
    for segment in segments {
        for piece in segment.bytes.split_inclusive(|&byte| byte == b'\n') {
            let line = lines.last_mut().expect("there is always a last line");
            match line.last_mut() {
                Some(part) if part.thread == segment.thread => part.text.push_str(&decode(piece)),
                Some(_) | None => line.push(Part {
                    thread: segment.thread,
                    text: decode(piece),
                }),
            }
            if piece.ends_with(b"\n") {
                lines.push(Vec::new());
            }
        }
    }
    lines
}

fn n_writers(parts: &[Part]) -> usize {
    let mut threads: Vec<usize> = parts.iter().map(|part| part.thread).collect();
    threads.sort_unstable();
    threads.dedup();
    threads.len()
}
