//! Makes text of a submission safe to print and readable.
//!
//! Control characters, characters that change the direction of writing and invisible characters are replaced by their
//! escapes (`\u{1b}`, `\xff`). Escaping twice gives the same as escaping once. Widths are those of a terminal.

use unicode_width::UnicodeWidthChar;

/// How many combining marks one character may have. Scripts need up to two; text that is made to cover other lines has
/// more.
const MARKS: usize = 3;

/// `text` with an escape for every character that would act on a terminal or is invisible; a line feed becomes `⏎`.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut marks = MARKS;
    for character in text.chars() {
        let is_mark = character.width() == Some(0) && !is_hidden(character);
        marks = if is_mark { marks + 1 } else { 0 };
        match character {
            '\n' => escaped.push('⏎'),
            '\t' | '\r' | '\0' => escaped.extend(character.escape_default()),
            _ if is_hidden(character) || marks > MARKS => escaped.extend(character.escape_unicode()),
            _ => escaped.push(character),
        }
        // A combining mark right after an escape would be drawn on its closing brace.
        if is_hidden(character) {
            marks = MARKS;
        }
    }
    escaped
}

/// `bytes` as text: what is not UTF-8 as `\xff`, nothing escaped yet.
pub fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// Whether a character acts on a terminal or is invisible: controls, directions, joiners, fillers, tags, selectors.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// How many columns `text` takes, once it is escaped.
pub fn width(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or(0)).sum()
}

/// `text` in at most `columns` columns, its end replaced by `…` where it is longer. `text` is escaped.
pub fn shorten(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 1;
    for character in text.chars() {
        used += character.width().unwrap_or(0);
        if used > columns {
            break;
        }
        short.push(character);
    }
    if columns > 0 {
        short.push('…');
    }
    short
}

/// `text` in at most about `columns` columns. A longer text loses its middle, with a note of how many characters that
/// were.
pub fn shorten_middle(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let (head, left_out, tail) = cut_middle(&characters, columns.saturating_sub(NOTE).max(2));
    let (head, tail): (String, String) = (head.iter().collect(), tail.iter().collect());
    format!("{head}… {} …{tail}", counted(left_out as u64, "character"))
}

/// The width of the note on characters left out, with a count of six digits.
const NOTE: usize = "… 100 000 characters …".len() - 4;

/// `text` in lines of at most `columns` columns, broken at spaces; a word that is longer is broken where it must be.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(8);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a last line");
        if line.is_empty() {
            line.push_str(word);
        } else if width(line) + 1 + width(word) <= columns {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
        while let Some((head, tail)) = lines.last().and_then(|line| split_at_width(line, columns)) {
            *lines.last_mut().expect("there is always a last line") = head;
            lines.push(tail);
        }
    }
    lines
}

fn split_at_width(text: &str, columns: usize) -> Option<(String, String)> {
    let mut used = 0;
    for (at, character) in text.char_indices() {
        used += character.width().unwrap_or(0);
        if used > columns {
            return Some((text[..at].to_owned(), text[at..].to_owned()));
        }
    }
    None
}

/// The first and the last of `items` where there are more than `limit`, and how many are left out between them.
pub fn cut_middle<T>(items: &[T], limit: usize) -> (&[T], usize, &[T]) {
    if items.len() <= limit {
        return (items, 0, &[]);
    }
    let head = limit.div_ceil(2);
    let tail = limit - head;
    (&items[..head], items.len() - limit, &items[items.len() - tail..])
}

/// `count` things, with the plural that English has for most: `1 step`, `2 steps`, `5 860 steps`.
pub fn counted(count: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A number with a space between its thousands: `5 860`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_or_hides_is_made_visible() {
        assert_eq!(escape("\u{1b}[31mred\u{7f}\u{9b}"), r"\u{1b}[31mred\u{7f}\u{9b}");
        assert_eq!(escape("a\u{202e}b\u{200b}c\u{feff}"), r"a\u{202e}b\u{200b}c\u{feff}");
        assert_eq!(escape("a\tb\r\0\n"), r"a\tb\r\u{0}⏎");
    }

    #[test]
    fn accents_stay_and_towers_of_them_do_not() {
        assert_eq!(escape("e\u{301}"), "e\u{301}");
        assert_eq!(escape("\u{301}"), r"\u{301}");
        assert_eq!(
            escape("z\u{301}\u{301}\u{301}\u{301}"),
            "z\u{301}\u{301}\u{301}\\u{301}"
        );
    }

    #[test]
    fn escaping_twice_is_escaping_once() {
        let hostile = "\u{1b}\u{202e}z\u{301}\u{301}\u{301}\u{301}\u{301}\n\t日本";
        assert_eq!(escape(&escape(hostile)), escape(hostile));
    }

    #[test]
    fn bytes_that_are_no_text_are_named() {
        assert_eq!(decode(b"ok\xff\xfe\n"), "ok\\xff\\xfe\n");
    }

    #[test]
    fn a_text_is_shortened_to_columns_not_characters() {
        assert_eq!(shorten("日本語", 5), "日本…");
        assert_eq!(shorten("abc", 3), "abc");
        assert_eq!(shorten("abcd", 3), "ab…");
    }

    #[test]
    fn a_long_word_is_broken_where_it_must_be() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 8), ["abcdefgh", "ij"]);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(counted(1, "step"), "1 step");
        assert_eq!(counted(5860, "step"), "5 860 steps");
        assert_eq!(grouped(1_234_567), "1 234 567");
    }
}
