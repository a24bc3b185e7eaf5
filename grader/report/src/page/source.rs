//! The files of a submission as the page shows them: numbered lines, with keywords, literals and comments marked.
//!
//! The source is read as tokens. What lies between two tokens and is no space is a comment. A file that is not Rust is
//! shown without marks.

use std::collections::BTreeSet;
use std::str::FromStr;

use proc_macro2::{LineColumn, Span, TokenStream, TokenTree, extra};

use super::html::Html;
use crate::names::file_name;

/// Files of more lines than this are cut to the lines around those that an execution speaks of.
const WHOLE: usize = 1_200;
/// How many lines around one to keep.
const AROUND: usize = 12;

/// Every word that Rust reserves, and those that it does in some places.
const KEYWORDS: [&str; 38] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false", "fn",
    "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self",
    "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while",
];

/// A run of characters of one kind: from a position on, up to the next run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Keyword,
    Literal,
    Comment,
}

impl Kind {
    fn class(self) -> Option<&'static str> {
        match self {
            Kind::Code => None,
            Kind::Keyword => Some("keyword"),
            Kind::Literal => Some("literal"),
            Kind::Comment => Some("comment"),
        }
    }
}

/// The files; `used` has the lines that an execution speaks of, as the number of the file and of the line.
pub(super) fn listing(html: &mut Html, files: &[(String, String)], used: &BTreeSet<(usize, u32)>) {
    for (number, (path, text)) in files.iter().enumerate() {
        let name = file_name(path, files);
        html.open("figure", &[("class", "file")]);
        html.element("figcaption", &[], &name);
        html.open("pre", &[("class", "code"), ("tabindex", "0"), ("aria-label", &name)]);
        let kinds = kinds(text);
        let n_lines = text.lines().count();
        let is_near = |at: usize| {
            let first = at.saturating_sub(AROUND) as u32;
            let last = (at + AROUND) as u32;
            used.range((number, first)..=(number, last)).next().is_some()
        };
        let mut is_gap = false;
        for (index, line) in text.lines().enumerate() {
            let at = index + 1;
            if n_lines > WHOLE && !is_near(at) {
                if !is_gap {
                    html.element("span", &[("class", "cut")], "…");
                }
                is_gap = true;
                continue;
            }
            is_gap = false;
            let class = if used.contains(&(number, at as u32)) {
                "line used"
            } else {
                "line"
            };
            html.open("span", &[("class", class), ("id", &format!("f{number}l{at}"))]);
            html.element("span", &[("class", "no")], &at.to_string());
            html.open("span", &[("class", "src")]);
            push_line(html, line, &kinds[index]);
            html.close("span");
            html.close("span");
            html.line_feed();
        }
        html.close("pre");
        html.close("figure");
    }
}

/// One line, with an element for each run of characters of a kind that is marked.
fn push_line(html: &mut Html, line: &str, kinds: &[Kind]) {
    let mut run = String::new();
    let mut of = Kind::Code;
    let mut push = |run: &mut String, kind: Kind| {
        match kind.class() {
            _ if run.is_empty() => {}
            Some(class) => html.element("span", &[("class", class)], run),
            None => html.text(run),
        }
        run.clear();
    };
    for (at, character) in line.chars().enumerate() {
        let kind = kinds.get(at).copied().unwrap_or(Kind::Code);
        // A space goes on with what is before it, so that a comment is one run.
        if kind != of && !character.is_whitespace() {
            push(&mut run, of);
            of = kind;
        }
        match character {
            '\t' => run.push_str("    "),
            _ => run.push(character),
        }
    }
    push(&mut run, of);
}

/// The kind of each character, line by line.
fn kinds(text: &str) -> Vec<Vec<Kind>> {
    let mut kinds: Vec<Vec<Kind>> = text
        .lines()
        .map(|line| vec![Kind::Code; line.chars().count()])
        .collect();
    let Ok(stream) = TokenStream::from_str(text) else {
        return kinds;
    };
    let is_space: Vec<Vec<bool>> = text
        .lines()
        .map(|line| line.chars().map(char::is_whitespace).collect())
        .collect();
    let mut marks = Marks {
        kinds: &mut kinds,
        is_space: &is_space,
        end: LineColumn { line: 1, column: 0 },
    };
    marks.stream(stream);
    let end = LineColumn {
        line: is_space.len() + 1,
        column: 0,
    };
    marks.comment_up_to(end);
    // Otherwise the library keeps the source for as long as the thread lives.
    extra::invalidate_current_thread_spans();
    kinds
}

/// Marks the tokens of a file, one after the other.
struct Marks<'a> {
    kinds: &'a mut [Vec<Kind>],
    is_space: &'a [Vec<bool>],
    /// The end of the last token.
    end: LineColumn,
}

impl Marks<'_> {
    fn stream(&mut self, stream: TokenStream) {
        for token in stream {
            match token {
                TokenTree::Group(group) => {
                    self.token(group.span_open(), Kind::Code);
                    self.stream(group.stream());
                    self.token(group.span_close(), Kind::Code);
                }
                TokenTree::Ident(ident) => {
                    let is_keyword = KEYWORDS.contains(&ident.to_string().as_str());
                    self.token(ident.span(), if is_keyword { Kind::Keyword } else { Kind::Code });
                }
                TokenTree::Literal(literal) => self.token(literal.span(), Kind::Literal),
                TokenTree::Punct(punct) => self.token(punct.span(), Kind::Code),
            }
        }
    }

    fn token(&mut self, span: Span, kind: Kind) {
        // Every token of a doc comment has the span of the comment.
        if span.start() < self.end {
            return;
        }
        self.comment_up_to(span.start());
        let is_doc = span
            .source_text()
            .is_some_and(|text| text.starts_with("//") || text.starts_with("/*"));
        self.mark(span.start(), span.end(), if is_doc { Kind::Comment } else { kind });
        self.end = span.end();
    }

    fn comment_up_to(&mut self, start: LineColumn) {
        self.mark(self.end, start, Kind::Comment);
    }

    fn mark(&mut self, start: LineColumn, end: LineColumn, kind: Kind) {
        for line in start.line..=end.line {
            let Some(kinds) = line.checked_sub(1).and_then(|index| self.kinds.get_mut(index)) else {
                continue;
            };
            let from = if line == start.line { start.column } else { 0 };
            let to = if line == end.line { end.column } else { kinds.len() };
            for column in from..to.min(kinds.len()) {
                if !self.is_space[line - 1][column] {
                    kinds[column] = kind;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut html = Html::new();
        for (line, kinds) in text.lines().zip(kinds(text)) {
            push_line(&mut html, line, &kinds);
            html.line_feed();
        }
        html.into_markup()
    }

    #[test]
    fn keywords_literals_and_comments_are_marked() {
        let source = "//! Doc.\nfn f() { // why\n    let a = \"</b>\"; /* in\n    two */ a\n}\n";
        assert_eq!(
            shown(source),
            "<span class=\"comment\">//! Doc.</span>\n\
             <span class=\"keyword\">fn </span>f() { <span class=\"comment\">// why</span>\n    \
             <span class=\"keyword\">let </span>a = <span class=\"literal\">&quot;&lt;/b&gt;&quot;</span>; \
             <span class=\"comment\">/* in</span>\n    \
             <span class=\"comment\">two */ </span>a\n}\n"
        );
    }

    #[test]
    fn a_file_that_is_not_rust_is_shown_as_it_is() {
        assert_eq!(shown("fn ( { <b>\n"), "fn ( { &lt;b&gt;\n");
    }
}
