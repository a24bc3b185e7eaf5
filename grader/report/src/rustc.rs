//! A report as diagnostics of `rustc`, one line of JSON each, for editors.
//!
//! A finding stands at the line that decides it. Each step of its interleaving is a note with a place of its own, so an
//! editor shows the steps at their lines. What has no place is added to the message: how it happens, hints, and the
//! command that shows it again. A check that passes, or was not run, says nothing.

use protocol::trace::Trace;
use protocol::verdict::{CheckFailure, CheckVerdict, Report, Verdict};
use protocol::{Failure, Place};
use serde::Serialize;

use crate::Options;
use crate::causes::{self, Failed};
use crate::contents::{doing, still_doing};
use crate::escape::escape;
use crate::evidence::{self, Size, Telling};
use crate::explain::Story;
use crate::names::Names;
use crate::steps::{self, Row};

/// A diagnostic, with the fields that `rustc --error-format=json` has.
#[derive(Debug, Serialize)]
struct Diagnostic {
    message: String,
    code: Option<Code>,
    level: &'static str,
    spans: Vec<Span>,
    children: Vec<Diagnostic>,
    rendered: Option<String>,
}

/// What a diagnostic is about: `interleave::race`.
#[derive(Debug, Serialize)]
struct Code {
    code: String,
    explanation: Option<String>,
}

/// A place in a file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Span {
    pub(crate) file_name: String,
    byte_start: u32,
    byte_end: u32,
    pub(crate) line_start: u32,
    pub(crate) line_end: u32,
    pub(crate) column_start: u32,
    pub(crate) column_end: u32,
    is_primary: bool,
    text: Vec<SpanLine>,
    label: Option<String>,
    suggested_replacement: Option<String>,
    suggestion_applicability: Option<String>,
    expansion: Option<String>,
}

/// A line of source, and which part of it is meant.
#[derive(Debug, Clone, Serialize)]
struct SpanLine {
    text: String,
    highlight_start: u32,
    highlight_end: u32,
}

/// The causes of the failures of `report`, and what was not graded, a line each.
pub fn diagnostics(report: &Report, options: &Options) -> String {
    let groups = causes::groups(report);
    let failures = groups.iter().map(|group| cause(&group.checks, report, options));
    let ungraded = report.checks.iter().filter_map(|check| match &check.verdict {
        Verdict::Ungraded { reason, help } => Some(ungraded(check, reason, help.as_deref(), report)),
        Verdict::Failed(_) | Verdict::Passed | Verdict::Skipped { .. } => None,
    });
    let lines = failures.chain(ungraded).map(|diagnostic| {
        let mut line = serde_json::to_string(&diagnostic).expect("a diagnostic has no keys but names");
        line.push('\n');
        line
    });
    lines.collect()
}

/// One mistake, told at the first of the checks that fail because of it.
fn cause(checks: &[Failed<'_>], report: &Report, options: &Options) -> Diagnostic {
    let (best, others) = checks.split_first().expect("a cause has a check");
    let Failed {
        check,
        failure,
        telling,
        ..
    } = best;
    let mut diagnostic = match telling {
        Some(telling) => interleaving(telling, report),
        None => other(failure, report),
    };
    diagnostic.code = Some(Code {
        code: format!("interleave::{}", failure.finding),
        explanation: None,
    });
    let text = evidence::evidence(failure, telling.as_ref(), Size::USUAL, options);
    diagnostic.rendered = Some(format!("{}: {}\n{}", check.name, failure.finding, text.plain()));
    let hints = check.hints.iter().take(options.hints);
    let help = hints.chain(&failure.help).map(|help| note("help", help.clone(), None));
    diagnostic.children.extend(help);
    for other in others {
        let also = format!("`{}` fails as well: {}", other.check.name, other.relation());
        diagnostic.children.push(note("note", also, None));
    }
    if let Some(token) = check.token() {
        let command = options.command(&format!("replay {} {token}", report.exercise));
        diagnostic
            .children
            .push(note("note", format!("replay: {command}"), None));
    }
    diagnostic
}

/// Why a check was not graded.
fn ungraded(check: &CheckVerdict, reason: &str, help: Option<&str>, report: &Report) -> Diagnostic {
    let message = format!("`{}` was not graded: {reason}", check.name);
    let help = help.iter().flat_map(|help| help.lines());
    Diagnostic {
        spans: vec![beginning(report)],
        children: help.map(|help| note("help", help.to_owned(), None)).collect(),
        ..note("warning", message, None)
    }
}

/// A failure without an interleaving.
fn other(check_failure: &CheckFailure, report: &Report) -> Diagnostic {
    Diagnostic {
        spans: vec![beginning(report)],
        ..note("error", check_failure.message.clone(), None)
    }
}

/// A failure that an interleaving shows, or all of them together.
fn interleaving(telling: &Telling<'_>, report: &Report) -> Diagnostic {
    let Telling { failure, names, story } = telling;
    let decisive = decisive(failure, story);
    let span = decisive.and_then(|place| span_at(place, report));
    let mut diagnostic = Diagnostic {
        spans: vec![span.unwrap_or_else(|| beginning(report))],
        ..note("error", headline(failure, story), None)
    };
    for sentence in &story.sentences {
        diagnostic.children.push(note("note", sentence.clone(), None));
    }
    if let Some(trace) = &failure.trace {
        diagnostic.children.extend(step_notes(trace, story, names, report));
    }
    diagnostic
}

/// What failed, in one line: the finding, what was expected, what was observed.
pub(crate) fn headline(failure: &Failure, story: &Story) -> String {
    let expected = story.expected.trim_end_matches('.');
    match &story.got {
        Some(got) => format!("{}: {expected}; {got}", failure.finding),
        None => format!("{}: {expected}", failure.finding),
    }
}

/// The place of the step that decides a failure: the last one that the story speaks of, or after which the failure is
/// certain, or else the last one of the submission.
pub(crate) fn decisive<'a>(failure: &'a Failure, story: &Story) -> Option<&'a Place> {
    let trace = failure.trace.as_ref()?;
    let place = |index: usize| trace.events.get(index).and_then(|event| event.place.as_ref());
    let of_story = || story.steps.iter().rev().find_map(|step| place(*step));
    let certain = failure.certainty.as_ref().filter(|certainty| certainty.steps > 0);
    let certain = certain.and_then(|certainty| place(certainty.steps - 1));
    let panic = trace.first_panic().and_then(|panic| panic.place.as_ref());
    let waits = || trace.end.waits().iter().find_map(|wait| wait.place.as_ref());
    let last = || trace.events.iter().rev().find_map(|event| event.place.as_ref());
    panic.or(certain).or_else(of_story).or_else(waits).or_else(last)
}

/// A note for each step that matters, and for each thread that waits at the end.
fn step_notes(trace: &Trace, story: &Story, names: &Names<'_>, report: &Report) -> Vec<Diagnostic> {
    let step = |row: Row| match row {
        Row::Step(index) => {
            let event = &trace.events[index];
            let span = span_at(event.place.as_ref()?, report)?;
            let what = doing(trace, event, names);
            let message = format!("step {}: {}: {what}", index + 1, names.thread(event.thread));
            Some(note("note", message, Some(span)))
        }
        Row::Waiting(index) => {
            let wait = &trace.end.waits()[index];
            let span = span_at(wait.place.as_ref()?, report)?;
            let message = format!(
                "at the end: {}: {}",
                names.thread(wait.thread),
                still_doing(wait, names)
            );
            Some(note("note", message, Some(span)))
        }
        Row::Gap(_) => None,
    };
    let rows = steps::rows(trace, &story.steps, Size::USUAL.steps);
    rows.into_iter().filter_map(step).collect()
}

/// A diagnostic without more than a message.
fn note(level: &'static str, message: String, span: Option<Span>) -> Diagnostic {
    // The message may hold text of the submission.
    let lines: Vec<String> = message.lines().map(escape).collect();
    Diagnostic {
        message: lines.join("\n"),
        code: None,
        level,
        spans: span.into_iter().collect(),
        children: Vec::new(),
        rendered: None,
    }
}

/// From `place` to the end of its line; `None` where it is not in the submission.
pub(crate) fn span_at(place: &Place, report: &Report) -> Option<Span> {
    let (_, source) = report.sources.iter().find(|(file, _)| *file == place.file)?;
    Some(span(&place.file, source, place.line, place.column))
}

/// The first public function of the submission, for what has no place.
pub(crate) fn beginning(report: &Report) -> Span {
    let main = report.sources.iter().find(|(file, _)| file.ends_with("lib.rs"));
    let Some((file, source)) = main.or(report.sources.first()) else {
        return span(&report.submission.to_string_lossy(), "", 1, 1);
    };
    let line = source.lines().position(|line| line.starts_with("pub fn"));
    span(file, source, line.map_or(1, |line| line as u32 + 1), 1)
}

fn span(file: &str, source: &str, line: u32, column: u32) -> Span {
    let before: usize = source
        .split_inclusive('\n')
        .take(line.saturating_sub(1) as usize)
        .map(str::len)
        .sum();
    let text = source.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let skipped = column.saturating_sub(1) as usize;
    let start: usize = text.chars().take(skipped).map(char::len_utf8).sum();
    let meant = text[start..].trim_end();
    // A comment behind the code is not meant.
    let meant = meant.split(" //").next().unwrap_or(meant).trim_end();
    let column_end = column + meant.chars().count() as u32;
    Span {
        file_name: file.to_owned(),
        byte_start: (before + start) as u32,
        byte_end: (before + start + meant.len()) as u32,
        line_start: line,
        line_end: line,
        column_start: column,
        column_end,
        is_primary: true,
        text: vec![SpanLine {
            text: text.to_owned(),
            highlight_start: column,
            highlight_end: column_end,
        }],
        label: None,
        suggested_replacement: None,
        suggestion_applicability: None,
        expansion: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reaches_from_its_column_to_the_end_of_the_code_on_its_line() {
        let source = "fn f() {\n    let π = g(x).lock(); // wait\n}\n";
        let found = span("src/lib.rs", source, 2, 13);
        assert_eq!((found.line_start, found.column_start, found.column_end), (2, 13, 25));
        assert_eq!(
            &source[found.byte_start as usize..found.byte_end as usize],
            "g(x).lock();"
        );
    }

    #[test]
    fn a_line_that_does_not_exist_has_an_empty_span() {
        let found = span("src/lib.rs", "", 7, 3);
        assert_eq!((found.byte_start, found.byte_end, found.column_end), (0, 0, 3));
    }
}
