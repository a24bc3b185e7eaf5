//! Whether two violations are the same mistake, seen in two executions: the same finding, told in the same words.
//!
//! Numbers and quoted output differ from one interleaving to another, so they do not count; lines of source do.

use crate::check::Violation;

impl Violation {
    /// Whether `other` tells of the same mistake.
    pub(crate) fn is_like(&self, other: &Violation) -> bool {
        let got = |violation: &Violation| violation.got.as_deref().map(words);
        self.finding == other.finding && words(&self.expected) == words(&other.expected) && got(self) == got(other)
    }
}

/// What follows the name of a file is a line of it.
const BEFORE_LINE: &str = ".rs:";

/// The sentence with `#` for every number, quoted text and list of them.
fn words(sentence: &str) -> String {
    let mut words = String::new();
    let mut rest = sentence;
    while let Some(character) = rest.chars().next() {
        let length = match character {
            '"' => quoted(rest),
            '0'..='9' => number(rest),
            _ => {
                words.push(character);
                rest = &rest[character.len_utf8()..];
                continue;
            }
        };
        let (varying, after) = rest.split_at(length);
        if words.ends_with(BEFORE_LINE) {
            words.push_str(varying);
        } else if words.ends_with("#, ") {
            words.truncate(words.len() - ", ".len());
        } else {
            words.push('#');
        }
        rest = after;
    }
    words
}

/// How long the quoted text is that `text` begins with.
fn quoted(text: &str) -> usize {
    let mut is_escaped = true;
    let end = text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |end| end + 1)
}

/// How long the number is that `text` begins with.
fn number(text: &str) -> usize {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let fraction = text[end..].strip_prefix('.').map_or("", |fraction| fraction);
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    end + if digits > 0 { digits + 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Finding;

    #[track_caller]
    fn check(one: &str, other: &str, are_alike: bool) {
        let violation = |got: &str| Violation::new(Finding::Race, "expected 2 lines").got(got);
        assert_eq!(
            violation(one).is_like(&violation(other)),
            are_alike,
            "{} / {}",
            words(one),
            words(other)
        );
    }

    #[test]
    fn numbers_and_quoted_output_make_no_difference() {
        check("thread 1 got 3", "thread 12 got 0", true);
        check("after 1.5s", "after 2s", true);
        check("the results were [1, 2, 2]", "the results were [7]", true);
        check("got \"one\\n\\\"two\\\"\" twice", "got \"\" twice", true);
        check("got \"one\" twice", "got \"one\" once", false);
        check("got \"never ended", "got \"", true);
        check("thread 1 waits", "the main thread waits", false);
    }

    #[test]
    fn lines_and_findings_do() {
        check(
            "thread 1 panicked at lib.rs:12: no",
            "thread 2 panicked at lib.rs:12: no",
            true,
        );
        check(
            "thread 1 panicked at lib.rs:12: no",
            "thread 1 panicked at lib.rs:13: no",
            false,
        );
        let violation = Violation::new(Finding::Race, "expected 2 lines");
        assert!(violation.is_like(&Violation::new(Finding::Race, "expected 3 lines")));
        assert!(!violation.is_like(&Violation::new(Finding::WrongOutput, "expected 2 lines")));
        assert!(!violation.is_like(&Violation::new(Finding::Race, "expected 2 words")));
        assert!(!violation.is_like(&violation.clone().got("none")));
    }
}
