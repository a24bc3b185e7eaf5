//! The line that `/proc` has for a process or a thread.

use std::fs;

/// What `/proc/<pid>/stat` says of a process or thread.
pub(super) struct Stat {
    pub(super) state: u8,
    pub(super) parent: i32,
    pub(super) group: i32,
}

impl Stat {
    pub(super) fn read(folder: &str) -> Option<Stat> {
        Stat::parse(&fs::read(format!("{folder}/stat")).ok()?)
    }

    /// The name of the program stands in brackets and may contain anything, brackets included.
    fn parse(stat: &[u8]) -> Option<Stat> {
        let after_name = stat.iter().rposition(|&byte| byte == b')')? + 1;
        let text = str::from_utf8(&stat[after_name..]).ok()?;
        let mut fields = text.split_ascii_whitespace();
        let state = *fields.next()?.as_bytes().first()?;
        Some(Stat {
            state,
            parent: fields.next()?.parse().ok()?,
            group: fields.next()?.parse().ok()?,
        })
    }

    pub(super) fn is_alive(&self) -> bool {
        !matches!(self.state, b'Z' | b'X')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_name_with_brackets_and_spaces_does_not_shift_the_fields() {
        let stat = Stat::parse(b"42 (a) R (b) S 7 99 99 0 -1").expect("the line is whole");
        assert_eq!((stat.state, stat.parent, stat.group), (b'S', 7, 99));
    }

    #[test]
    fn a_line_that_is_cut_off_is_nothing() {
        assert!(Stat::parse(b"42 (a) S").is_none());
        assert!(Stat::parse(b"").is_none());
    }
}
