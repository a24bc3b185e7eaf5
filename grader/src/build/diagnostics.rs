//! The compiler's diagnostics, as data.
//!
//! Parses the lines of `--error-format=json`. Anything else, such as the plain text of a compiler crash, is kept apart
//! and never taken for an error in the source.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::exercise::Item;

/// One diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its code: `E0308`, or the name of a lint.
    pub code: Option<String>,
    /// The message.
    pub message: String,
    /// The whole diagnostic as the compiler rendered it.
    pub rendered: String,
    /// Its primary spans; for code from a macro, the place where the macro is called.
    pub places: Vec<SourceText>,
    /// What it says at these places, and what its notes say that name a place elsewhere.
    pub remarks: Vec<Remark>,
}

/// What a diagnostic says beside its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The text.
    pub text: String,
    /// The file and line that a note leads to.
    pub place: Option<(String, usize)>,
}

/// A place in source code, with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// The path, as the compiler was told to name it.
    pub file: String,
    /// The lines.
    pub lines: String,
    /// The part of them that is marked.
    pub marked: String,
}

/// Everything that one call of the compiler printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnostics {
    /// Its errors, in order.
    pub errors: Vec<Diagnostic>,
    /// The lines that are no diagnostics.
    pub other: String,
}

#[derive(Deserialize)]
struct Line {
    message: String,
    code: Option<Code>,
    level: String,
    spans: Vec<Span>,
    children: Vec<Child>,
    rendered: Option<String>,
}

#[derive(Deserialize)]
struct Child {
    message: String,
    level: String,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    is_primary: bool,
    label: Option<String>,
    text: Vec<SpanLine>,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct SpanLine {
    text: String,
    /// In characters, counted from 1.
    highlight_start: usize,
    highlight_end: usize,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

impl Diagnostics {
    /// Parses the compiler's standard error.
    pub fn parse(stderr: &[u8]) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        for line in String::from_utf8_lossy(stderr).lines() {
            match serde_json::from_str::<Line>(line) {
                Ok(line) if line.level.starts_with("error") => diagnostics.errors.push(Diagnostic::from(line)),
                Ok(_) => {}
                // The last diagnostic may be cut off by the output limit.
                Err(_) if line.starts_with("{\"$message_type\"") => {}
                Err(_) => {
                    diagnostics.other.push_str(line);
                    diagnostics.other.push('\n');
                }
            }
        }
        diagnostics
    }

    /// The errors with a place in the source. The others are about the compiler itself, or count these.
    pub fn of_source(&self) -> Vec<&Diagnostic> {
        self.errors.iter().filter(|error| !error.places.is_empty()).collect()
    }

    /// The errors without a place in the source, and the lines that are no diagnostics.
    pub fn of_compiler(&self) -> String {
        let errors = self.errors.iter().filter(|error| error.places.is_empty());
        errors
            .map(|error| error.rendered.trim_end())
            .chain([self.other.trim_end()])
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// The errors as the compiler rendered them.
pub fn rendered(errors: &[&Diagnostic]) -> String {
    errors
        .iter()
        .map(|error| error.rendered.trim_end())
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// What is said at the primary spans, and in the notes with places of their own.
fn remarks(line: &Line) -> Vec<Remark> {
    let labels = line.spans.iter().filter(|span| span.is_primary);
    let labels = labels.filter_map(|span| span.label.as_ref()).map(|label| Remark {
        text: label.clone(),
        place: None,
    });
    let notes = line.children.iter().filter(|child| child.level == "note");
    let notes = notes.filter_map(|note| {
        let span = note.spans.iter().find(|span| span.is_primary)?;
        Some(Remark {
            text: note.message.clone(),
            place: Some((span.file_name.clone(), span.line_start)),
        })
    });
    labels.chain(notes).collect()
}

impl From<Line> for Diagnostic {
    fn from(line: Line) -> Diagnostic {
        let remarks = remarks(&line);
        let places = line
            .spans
            .into_iter()
            .filter(|span| span.is_primary)
            .map(SourceText::from)
            .collect();
        let rendered = line.rendered.unwrap_or_else(|| line.message.clone());
        Diagnostic {
            code: line.code.map(|code| code.code),
            message: line.message,
            rendered,
            places,
            remarks,
        }
    }
}

impl From<Span> for SourceText {
    fn from(mut span: Span) -> SourceText {
        while let Some(expansion) = span.expansion {
            span = expansion.span;
        }
        let marked = span.text.iter().map(SpanLine::marked).collect::<Vec<_>>().join("\n");
        let lines = span
            .text
            .into_iter()
            .map(|line| line.text)
            .collect::<Vec<_>>()
            .join("\n");
        SourceText {
            file: span.file_name,
            lines,
            marked,
        }
    }
}

impl SpanLine {
    fn marked(&self) -> String {
        let length = self.highlight_end.saturating_sub(self.highlight_start);
        self.text
            .chars()
            .skip(self.highlight_start.saturating_sub(1))
            .take(length)
            .collect()
    }
}

/// The items that these errors are about, in the order of `items`.
///
/// The items are looked for in the marked text first, then in the message, then behind the `=` of the line, then in the
/// line.
pub fn items_of<'a>(errors: &[&Diagnostic], items: &'a [Item]) -> Vec<&'a Item> {
    let found: BTreeSet<usize> = errors.iter().flat_map(|error| items_of_one(error, items)).collect();
    found.into_iter().map(|index| &items[index]).collect()
}

fn items_of_one(error: &Diagnostic, items: &[Item]) -> BTreeSet<usize> {
    let each = |text: fn(&SourceText) -> &str| error.places.iter().map(text).collect::<Vec<_>>().join("\n");
    let quoted = error
        .message
        .split('`')
        .skip(1)
        .step_by(2)
        .collect::<Vec<_>>()
        .join("\n");
    let lines = each(|place| &place.lines);
    let value = lines.split_once(" = ").map_or("", |(_, value)| value).to_owned();
    for text in [each(|place| &place.marked), quoted, value] {
        let named = items_named(&text, &lines, items);
        if !named.is_empty() {
            return named;
        }
    }
    items_named(&lines, &lines, items)
}

/// The items whose last path segment is in `text` and whose type, if they have one, is in `text` or `lines`. A type is
/// left out where one of its own items was found.
fn items_named(text: &str, lines: &str, items: &[Item]) -> BTreeSet<usize> {
    let (here, around) = (words(text), words(lines));
    let is_named = |item: &Item| match item.name.rsplit_once("::") {
        None => here.contains(item.name.as_str()),
        Some((parent, name)) => here.contains(name) && (here.contains(parent) || around.contains(parent)),
    };
    let named: BTreeSet<usize> = (0..items.len()).filter(|&index| is_named(&items[index])).collect();
    let has_child = |parent: &str| {
        let is_child = |name: &str| name.rsplit_once("::").is_some_and(|(of, _)| of == parent);
        named.iter().any(|&index| is_child(&items[index].name))
    };
    named
        .iter()
        .copied()
        .filter(|&index| !has_child(&items[index].name))
        .collect()
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect()
}

/// `text` with the paths of libraries relative to Cargo's registry, which differs between machines.
pub(crate) fn without_registry(text: &str) -> String {
    static REGISTRY: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[^\s`]*/registry/src/[^/\s]+/").expect("the pattern is right"));
    REGISTRY.replace_all(text, "").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_library_is_relative_to_the_registry() {
        let text = "   --> /home/jo/.cargo/registry/src/index.example-1949cf/rayon-1.12.0/src/iter/mod.rs:593:4\n";
        assert_eq!(without_registry(text), "   --> rayon-1.12.0/src/iter/mod.rs:593:4\n");
        assert_eq!(without_registry("src/registry.rs:1:2"), "src/registry.rs:1:2");
    }

    fn item(name: &str) -> Item {
        Item {
            name: name.to_owned(),
            signature: String::new(),
        }
    }

    fn error(message: &str, lines: &str, marked: &str) -> Diagnostic {
        let place = SourceText {
            file: "contract.rs".into(),
            lines: lines.into(),
            marked: marked.into(),
        };
        Diagnostic {
            code: None,
            message: message.into(),
            rendered: String::new(),
            places: vec![place],
            remarks: Vec::new(),
        }
    }

    #[track_caller]
    fn names(error: Diagnostic, expected: &[&str]) {
        let items = [
            "Semaphore",
            "Permit",
            "Semaphore::new",
            "Semaphore::acquire",
            "run_limited",
        ]
        .map(item);
        let found: Vec<&str> = items_of(&[&error], &items)
            .iter()
            .map(|item| item.name.as_str())
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_missing_function_is_the_item_that_is_marked() {
        let line = "use semaphores::{Permit, Semaphore, run_limited};";
        names(
            error("unresolved import `semaphores::run_limited`", line, "run_limited"),
            &["run_limited"],
        );
    }

    #[test]
    fn a_method_is_found_by_its_name_and_the_type_on_its_line() {
        let line = "const _: for<'a> fn(&'a Semaphore) -> Permit<'a> = Semaphore::acquire;";
        names(
            error("no function named `acquire` found", line, "acquire"),
            &["Semaphore::acquire"],
        );
        names(
            error("mismatched types", line, "Semaphore::acquire"),
            &["Semaphore::acquire"],
        );
    }

    #[test]
    fn where_nothing_is_marked_the_value_of_the_line_decides() {
        let line = "const _: for<'a> fn(Vec<Permit<'a>>) = |jobs| run_limited(1, jobs);";
        names(error("mismatched types", line, "jobs"), &["run_limited"]);
    }

    #[test]
    fn a_field_is_traced_to_its_type_by_the_message() {
        names(
            error("struct `Permit` has no field named `x`", "permit.x", "x"),
            &["Permit"],
        );
    }

    #[test]
    fn an_error_about_something_else_names_no_item() {
        names(error("cannot find value `foo`", "foo();", "foo"), &[]);
    }

    #[test]
    fn lines_of_the_compiler_become_errors_and_the_rest_is_kept_apart() {
        let error = [
            r#"{"$message_type":"diagnostic","message":"mismatched types","code":{"code":"E0308"},"level":"error","#,
            r#""children":[],"spans":[{"file_name":"src/lib.rs","line_start":3,"is_primary":true,"label":null,"#,
            r#""text":[{"text":"let x: u32 = y;","#,
            r#""highlight_start":14,"highlight_end":15}],"expansion":null}],"rendered":"error[E0308]"}"#,
        ];
        let others = r#"
{"$message_type":"diagnostic","message":"unused","code":null,"level":"warning","spans":[],"children":[],"rendered":""}
{"$message_type":"diagnostic","message":"abort","code":null,"level":"error","spans":[],"children":[],"rendered":"abort"}
thread 'rustc' has overflowed its stack
{"$message_type":"diagn"#;
        let diagnostics = Diagnostics::parse((error.concat() + others).as_bytes());
        assert_eq!(diagnostics.errors.len(), 2);
        assert_eq!(diagnostics.of_source()[0].places[0].marked, "y");
        assert_eq!(
            diagnostics.of_compiler(),
            "abort\nthread 'rustc' has overflowed its stack"
        );
    }
}
