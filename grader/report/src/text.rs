//! Styled text: lines of spans, each with a tone. The renderer for a terminal, a log or a page decides what a tone
//! looks like.
//!
//! A line escapes everything that is added to it (see [`super::escape`]), so no renderer has to.

use super::escape::{self, escape};

/// What the style of a span means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    Plain,
    /// A name or heading.
    Strong,
    /// Something of little importance.
    Dim,
    /// Something holds.
    Good,
    /// Something does not hold.
    Bad,
    /// Something to look at.
    Caution,
    /// Something to do next.
    Help,
    /// What one thread did; each thread has a style of its own.
    Thread(usize),
}

/// A run of text in one tone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    tone: Tone,
    text: String,
}

impl Span {
    /// `text` in `tone`, escaped.
    pub fn new(tone: Tone, text: impl AsRef<str>) -> Self {
        Self {
            tone,
            text: escape(text.as_ref()),
        }
    }

    /// Its style.
    pub fn tone(&self) -> Tone {
        self.tone
    }

    /// Its text: safe to print.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    spans: Vec<Span>,
}

impl Line {
    /// An empty line.
    pub fn new() -> Self {
        Self::default()
    }

    /// A line that begins with `columns` spaces.
    pub fn indented(columns: usize) -> Self {
        Self::new().pad_to(columns)
    }

    /// The line with `text` at its end.
    #[must_use]
    pub fn with(mut self, tone: Tone, text: impl AsRef<str>) -> Self {
        self.push(tone, text);
        self
    }

    /// Adds `text` at the end.
    pub fn push(&mut self, tone: Tone, text: impl AsRef<str>) {
        let span = Span::new(tone, text);
        if !span.text.is_empty() {
            self.spans.push(span);
        }
    }

    /// Adds all spans of `other` at the end.
    pub fn append(&mut self, other: Line) {
        self.spans.extend(other.spans);
    }

    /// The line with spaces at its end, so that the next span begins at column `column`.
    #[must_use]
    pub fn pad_to(mut self, column: usize) -> Self {
        let missing = column.saturating_sub(self.width());
        self.push(Tone::Plain, " ".repeat(missing));
        self
    }

    /// How many columns it takes.
    pub fn width(&self) -> usize {
        self.spans.iter().map(|span| escape::width(&span.text)).sum()
    }

    /// Its spans.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Its text, without tones and without spaces at its end.
    pub fn plain(&self) -> String {
        let text: String = self.spans.iter().map(Span::text).collect();
        text.trim_end_matches(' ').to_owned()
    }

    /// The line in at most `columns` columns, its end replaced by `…` where it is longer.
    #[must_use]
    pub fn shortened(mut self, columns: usize) -> Self {
        if self.width() <= columns {
            return self;
        }
        let mut left = columns;
        for span in &mut self.spans {
            let width = escape::width(&span.text);
            // One column stays free for `…`, unless this is the span that is too long.
            if width < left {
                left -= width;
                continue;
            }
            span.text = match escape::shorten(&span.text, left) {
                whole if left > 0 && !whole.ends_with('…') => escape::shorten(&format!("{whole} "), left),
                short => short,
            };
            left = 0;
        }
        self.spans.retain(|span| !span.text.is_empty());
        self
    }
}

/// The most characters of a sentence. A longer one holds text of the submission.
const LONGEST: usize = 1_200;

/// Several lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    lines: Vec<Line>,
}

impl Text {
    /// No lines.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    pub fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Adds an empty line, unless there is one at the end or nothing yet.
    pub fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.spans.is_empty()) {
            self.lines.push(Line::new());
        }
    }

    /// Adds all lines of `other`.
    pub fn append(&mut self, other: Text) {
        self.lines.extend(other.lines);
    }

    /// Adds `sentence` from column `indent` on, in as many lines as `columns` asks for.
    pub fn paragraph(&mut self, tone: Tone, indent: usize, sentence: &str, columns: usize) {
        self.hanging(Line::indented(indent), tone, sentence, columns);
    }

    /// Adds `first` and after it `sentence`, whose further lines begin below its first. A very long
    /// sentence loses its middle.
    pub fn hanging(&mut self, first: Line, tone: Tone, sentence: &str, columns: usize) {
        let indent = first.width();
        let mut line = first;
        for part in escape::wrap(
            &escape::shorten_middle(&escape(sentence), LONGEST),
            columns.saturating_sub(indent),
        ) {
            self.push(line.with(tone, part));
            line = Line::indented(indent);
        }
    }

    /// Its first lines, at most `limit`. Where some are left out, the last one is `…` from column `indent` on.
    #[must_use]
    pub fn cut(mut self, limit: usize, indent: usize) -> Self {
        if self.lines.len() > limit {
            self.lines.truncate(limit.saturating_sub(1));
            if limit > 0 {
                self.lines.push(Line::indented(indent).with(Tone::Dim, "…"));
            }
        }
        self
    }

    /// Its lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Its lines, to add to them.
    pub fn lines_mut(&mut self) -> &mut [Line] {
        &mut self.lines
    }

    /// Its text, without tones; every line ends with a line feed.
    pub fn plain(&self) -> String {
        self.lines.iter().map(|line| line.plain() + "\n").collect()
    }

    /// The text without what a continuous-integration service would run as a command: a line that begins with `::`
    /// (GitHub), and `##[`, `##vso[` and `##teamcity[` anywhere (Azure and others).
    #[must_use]
    pub fn without_ci_commands(mut self) -> Self {
        for line in &mut self.lines {
            for span in &mut line.spans {
                for command in ["##[", "##vso[", "##teamcity["] {
                    span.text = span.text.replace(command, &command.replacen("##", "#\\#", 1));
                }
            }
            if line.plain().trim_start().starts_with("::") {
                let first = line.spans.iter_mut().find(|span| !span.text.trim_start().is_empty());
                let first = first.expect("a line that begins with `::` has a span that does");
                let at = first.text.len() - first.text.trim_start().len();
                first.text.insert(at, '\\');
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_cannot_hold_what_acts_on_a_terminal() {
        assert_eq!(Line::new().with(Tone::Plain, "a\u{1b}b\n").plain(), r"a\u{1b}b⏎");
    }

    #[test]
    fn a_line_is_shortened_across_its_spans() {
        let line = Line::new()
            .with(Tone::Plain, "abc")
            .with(Tone::Bad, "def")
            .with(Tone::Good, "ghi");
        assert_eq!(line.clone().shortened(9).plain(), "abcdefghi");
        assert_eq!(line.clone().shortened(7).plain(), "abcdef…");
        assert_eq!(line.clone().shortened(6).plain(), "abcde…");
        assert_eq!(line.clone().shortened(3).plain(), "ab…");
        assert_eq!(line.shortened(0).plain(), "");
    }

    #[test]
    fn commands_of_a_ci_service_lose_their_force() {
        let mut text = Text::new();
        text.push(Line::indented(3).with(Tone::Plain, "::error::forged"));
        text.push(Line::new().with(Tone::Plain, "x ##[group]y ##vso[task]"));
        text.push(Line::new().with(Tone::Plain, "std::thread"));
        assert_eq!(
            text.without_ci_commands().plain(),
            "   \\::error::forged\nx #\\#[group]y #\\#vso[task]\nstd::thread\n"
        );
    }
}
