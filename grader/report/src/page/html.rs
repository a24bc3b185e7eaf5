//! Writes HTML in which nothing but the page itself can be markup.
//!
//! Names of elements and attributes are literals of this program. Whatever else goes in is text: hidden characters are
//! replaced as in every other form of a report, and then the characters that mean something in HTML.

use crate::escape::escape;
use crate::text::{Line, Text, Tone};

/// A piece of a page.
#[derive(Debug, Default)]
pub(crate) struct Html {
    markup: String,
}

/// The attributes of an element: names that the program chooses, with values from anywhere.
pub(crate) type Attributes<'a> = &'a [(&'static str, &'a str)];

impl Html {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Begins an element.
    pub(crate) fn open(&mut self, element: &'static str, attributes: Attributes<'_>) {
        self.markup.push('<');
        self.markup.push_str(element);
        for (name, value) in attributes {
            self.markup.push(' ');
            self.markup.push_str(name);
            self.markup.push_str("=\"");
            self.push_escaped(&escape(value));
            self.markup.push('"');
        }
        self.markup.push('>');
    }

    /// Ends an element.
    pub(crate) fn close(&mut self, element: &'static str) {
        self.markup.push_str("</");
        self.markup.push_str(element);
        self.markup.push('>');
    }

    /// A line feed, so that the page can be read as it is.
    pub(crate) fn line_feed(&mut self) {
        self.markup.push('\n');
    }

    /// Text.
    pub(crate) fn text(&mut self, text: &str) {
        self.push_escaped(&escape(text));
    }

    /// An element with nothing but text in it.
    pub(crate) fn element(&mut self, element: &'static str, attributes: Attributes<'_>, text: &str) {
        self.open(element, attributes);
        self.text(text);
        self.close(element);
    }

    /// Text with code in backticks.
    pub(crate) fn prose(&mut self, text: &str) {
        let pieces: Vec<&str> = text.split('`').collect();
        let is_paired = pieces.len() % 2 == 1;
        for (at, piece) in pieces.iter().enumerate() {
            if at % 2 == 1 && is_paired {
                self.element("code", &[], piece);
                continue;
            }
            if at > 0 && !is_paired {
                self.text("`");
            }
            self.text(piece);
        }
    }

    /// Lines as a terminal would show them.
    pub(crate) fn lines(&mut self, text: &Text) {
        self.open("pre", &[("class", "lines"), ("tabindex", "0")]);
        for line in text.lines() {
            self.spans(line);
            self.line_feed();
        }
        self.close("pre");
    }

    /// The spans of a line, each in the style of its tone.
    fn spans(&mut self, line: &Line) {
        for span in line.spans() {
            let class = match span.tone() {
                Tone::Plain => None,
                Tone::Strong => Some("strong".to_owned()),
                Tone::Dim => Some("dim".to_owned()),
                Tone::Good => Some("good".to_owned()),
                Tone::Bad => Some("bad".to_owned()),
                Tone::Caution => Some("caution".to_owned()),
                Tone::Help => Some("help".to_owned()),
                Tone::Thread(thread) => Some(format!("thread {}", hue(thread))),
            };
            match class {
                Some(class) => self.element("span", &[("class", &class)], span.text()),
                None => self.text(span.text()),
            }
        }
    }

    /// Adds markup of the program's own: its style sheet, its script, and pieces made here.
    pub(crate) fn markup(&mut self, markup: &str) {
        self.markup.push_str(markup);
    }

    pub(crate) fn into_markup(self) -> String {
        self.markup
    }

    fn push_escaped(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.markup.push_str("&amp;"),
                '<' => self.markup.push_str("&lt;"),
                '>' => self.markup.push_str("&gt;"),
                '"' => self.markup.push_str("&quot;"),
                '\'' => self.markup.push_str("&#39;"),
                _ => self.markup.push(character),
            }
        }
    }
}

/// How many colours there are for threads other than the body.
const HUES: usize = 7;

/// The class that gives a thread its colour.
pub(crate) fn hue(thread: usize) -> String {
    match thread {
        0 => "t0".to_owned(),
        _ => format!("t{}", (thread - 1) % HUES + 1),
    }
}

/// `json` for a data block: without a character that could end the block or the string that it is in.
pub(crate) fn data_block(json: &str) -> String {
    let mut block = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            // These occur only inside strings, where an escape means the same.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => block.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => block.push(character),
        }
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Html)) -> String {
        let mut html = Html::new();
        write(&mut html);
        html.into_markup()
    }

    #[test]
    fn text_and_values_are_never_markup() {
        let markup = written(|html| html.element("p", &[("title", "\"><b>'")], "</p><script>&\u{202e}"));
        assert_eq!(
            markup,
            "<p title=\"&quot;&gt;&lt;b&gt;&#39;\">&lt;/p&gt;&lt;script&gt;&amp;\\u{202e}</p>"
        );
    }

    #[test]
    fn backticks_are_code_where_they_come_in_pairs() {
        assert_eq!(written(|html| html.prose("a `<b>` c")), "a <code>&lt;b&gt;</code> c");
        assert_eq!(written(|html| html.prose("a ` c")), "a ` c");
    }

    #[test]
    fn a_data_block_cannot_be_ended_from_inside() {
        let block = data_block("\"</script><!--\u{2028}&\"");
        assert_eq!(block, r#""\u003c/script\u003e\u003c!--\u2028\u0026""#);
        let read: String = serde_json::from_str(&block).expect("it is JSON");
        assert_eq!(read, "</script><!--\u{2028}&");
    }
}
