//! The last stage: what was judged, written out for a reader or a machine.
//!
//! [`human`] makes styled lines of a [`Report`](protocol::verdict::Report), [`json`] one line of JSON, [`page`] a page
//! for a browser. [`class_page`] makes one of many reports, and [`exports`] has documents for other systems. All are
//! functions of the report and their options alone: no clock, no terminal, no environment. Whatever comes from a
//! submission is escaped on its way in ([`text::Span`]), so no form can act on a terminal or pass for something that
//! the grader said.

mod bindings;
mod causes;
pub mod class_page;
mod contents;
mod difference;
pub mod escape;
mod evidence;
pub mod explain;
pub mod exports;
pub mod github;
pub mod grid;
mod heads;
pub mod human;
pub mod json;
mod lanes;
pub mod names;
mod orderings;
pub mod page;
mod passing;
pub mod play;
pub mod rustc;
mod screen;
mod steps;
mod table;
pub mod text;
mod words;

pub use causes::told_at;

use text::{Line, Text, Tone};

/// How a report is to be written for a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How many columns there are; [`Options::default`] has what suits a file.
    pub columns: usize,
    /// How many steps of each hint to show.
    pub hints: usize,
    /// How much of the evidence to show.
    pub extent: Extent,
    /// How much to say of what holds for every report.
    pub background: Background,
    /// What selects the submission on the command line, ready to be repeated: `--solution`, `--submission 'my
    /// file.rs'`.
    pub selection: String,
    /// Whether the reader has the reference solutions.
    pub solutions: Solutions,
}

/// Whether the reader has the reference solutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Solutions {
    /// They are in the course.
    Here,
    /// The course was handed out without them.
    LeftOut,
}

/// How much of the evidence to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What matters.
    Cut,
    /// All of it.
    Full,
}

/// How much to say of what holds for every report: what passed, what was explored, and what contained the submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// A line each.
    Brief,
    /// All of it.
    Verbose,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            columns: 80,
            hints: 0,
            extent: Extent::Cut,
            background: Background::Brief,
            selection: String::new(),
            solutions: Solutions::Here,
        }
    }
}

impl Options {
    /// A command of this grader about the same submission.
    fn command(&self, command: &str) -> String {
        let space = if self.selection.is_empty() { "" } else { " " };
        format!("cargo xtask {command}{space}{}", self.selection)
    }

    /// The same after `label`. What is too long for a line goes on in the next one, and a shell reads these lines as
    /// one command. A path that is longer than a line stays whole, since a part of it is no use to anybody.
    fn command_lines(&self, label: Line, command: &str) -> Text {
        let mut text = Text::new();
        let whole = self.command(command);
        if self.selection.is_empty() || label.width() + escape::width(&whole) <= self.columns {
            text.push(label.with(Tone::Help, whole));
            return text;
        }
        let margin = label.plain().find(|character| character != ' ').unwrap_or(0);
        let indents = [label.width(), margin + 2, 0];
        text.push(label.with(Tone::Help, format!("cargo xtask {command} \\")));
        let fits = |indent: usize, part: &str| indent + escape::width(part) <= self.columns;
        let parts = match self.selection.split_once(' ') {
            Some((flag, path)) if !fits(margin + 2, &self.selection) => vec![format!("{flag} \\"), path.to_owned()],
            _ => vec![self.selection.clone()],
        };
        let is_room = |indent: &usize| parts.iter().all(|part| fits(*indent, part));
        let indent = indents.into_iter().find(is_room).unwrap_or(0);
        for part in parts {
            text.push(Line::indented(indent).with(Tone::Help, part));
        }
        text
    }
}
