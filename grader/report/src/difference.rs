//! Expected text against the text that came, line by line.

use similar::{ChangeTag, DiffOp, TextDiff};

use super::table::INDENT;
use super::text::{Line, Text, Tone};

/// How many lines around a difference are shown for orientation.
const CONTEXT: usize = 2;

/// The lines that differ, with a few around them: at most `limit` lines.
pub(crate) fn difference(expected: &str, got: &str, limit: usize, columns: usize) -> Text {
    let mut text = Text::new();
    let legend = Line::indented(INDENT)
        .with(Tone::Good, "- expected")
        .with(Tone::Plain, "   ")
        .with(Tone::Bad, "+ printed");
    text.push(legend);
    if got.is_empty() {
        text.push(Line::indented(INDENT).with(Tone::Bad, "+ (nothing at all)"));
    }
    let diff = TextDiff::from_lines(expected, got);
    let mut lines: Vec<Line> = Vec::new();
    for (at, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if at > 0 {
            lines.push(Line::indented(INDENT).with(Tone::Dim, "  …"));
        }
        for op in group {
            push_changes(&mut lines, &diff, op, columns);
        }
    }
    let n_lines = lines.len();
    lines.into_iter().take(limit).for_each(|line| text.push(line));
    if n_lines > limit {
        text.push(Line::indented(INDENT).with(Tone::Dim, format!("… {} more lines", n_lines - limit)));
    }
    if expected.is_empty() != got.is_empty() {
        return text;
    }
    if expected.ends_with('\n') && !got.ends_with('\n') {
        text.push(Line::indented(INDENT).with(Tone::Dim, "The last line printed does not end with a line feed."));
    }
    text
}

fn push_changes<'a>(lines: &mut Vec<Line>, diff: &'a TextDiff<'a, 'a, 'a, str>, op: &DiffOp, columns: usize) {
    for change in diff.iter_inline_changes(op) {
        let mut parts: Vec<(bool, String)> = change
            .iter_strings_lossy()
            .map(|(is_changed, part)| (is_changed, part.trim_end_matches('\n').to_owned()))
            .collect();
        let (mark, tone) = match change.tag() {
            ChangeTag::Equal => ("  ", Tone::Dim),
            ChangeTag::Delete => ("- ", Tone::Good),
            ChangeTag::Insert => ("+ ", Tone::Bad),
        };
        let is_partly_changed = parts.iter().any(|(is_changed, _)| *is_changed);
        if change.tag() != ChangeTag::Equal {
            show_spaces_at_end(&mut parts);
        }
        let mut line = Line::indented(INDENT).with(tone, mark);
        for (is_changed, part) in parts {
            line.push(
                if is_partly_changed && !is_changed {
                    Tone::Plain
                } else {
                    tone
                },
                part,
            );
        }
        lines.push(line.shortened(columns));
    }
}

/// Makes spaces at the end of a line visible, because that difference is the easiest to overlook.
fn show_spaces_at_end(parts: &mut [(bool, String)]) {
    for (_, part) in parts.iter_mut().rev() {
        let kept = part.trim_end_matches(' ').len();
        let spaces = part.len() - kept;
        part.replace_range(kept.., &"·".repeat(spaces));
        if kept > 0 {
            return;
        }
    }
}
