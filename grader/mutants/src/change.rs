//! A change of a text, and the lines that differ because of it.

use std::ops::Range;

/// Replacements in a text. They do not overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    replacements: Vec<(Range<usize>, String)>,
}

impl Change {
    pub(crate) fn new(mut replacements: Vec<(Range<usize>, String)>) -> Change {
        replacements.sort_by_key(|(range, _)| (range.start, range.end));
        Change { replacements }
    }

    /// Where the first replacement begins.
    pub(crate) fn start(&self) -> usize {
        self.replacements.first().map_or(0, |(range, _)| range.start)
    }

    pub(crate) fn apply(&self, text: &str) -> String {
        let mut changed = text.to_owned();
        for (range, new) in self.replacements.iter().rev() {
            changed.replace_range(range.clone(), new);
        }
        changed
    }
}

/// The lines that a change removes and adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The first of them, counted from 1.
    pub line: usize,
    /// The lines that were there.
    pub removed: Vec<String>,
    /// The lines in their place.
    pub added: Vec<String>,
}

impl Hunk {
    /// The lines that differ between two texts, from the first one to the last one.
    pub(crate) fn between(before: &str, after: &str) -> Hunk {
        let (before, after): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
        let rest = (&before[same..], &after[same..]);
        let same_at_end = rest.0.iter().rev().zip(rest.1.iter().rev());
        let same_at_end = same_at_end.take_while(|(a, b)| a == b).count();
        let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        Hunk {
            line: same + 1,
            removed: owned(&rest.0[..rest.0.len() - same_at_end]),
            added: owned(&rest.1[..rest.1.len() - same_at_end]),
        }
    }

    /// What was there, without indentation and on one line.
    pub fn was(&self) -> String {
        one_line(&self.removed)
    }

    /// What is there instead, without indentation and on one line.
    pub fn is(&self) -> String {
        one_line(&self.added)
    }
}

/// The code of the lines, without comments that have a line of their own.
fn one_line(lines: &[String]) -> String {
    let lines = lines.iter().map(|line| line.trim());
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    code.collect::<Vec<_>>().join(" ")
}
