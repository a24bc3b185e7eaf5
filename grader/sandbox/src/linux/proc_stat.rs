//! The line in `/proc/<pid>/stat`, or in `/proc/<pid>/task/<tid>/stat`, that describes a process or a thread.

use std::fs;
use std::path::Path;

/// The first fields of such a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProcStat {
    /// The name. The kernel cuts it after 15 bytes, which may be inside of a character: that becomes U+FFFD.
    pub(crate) name: String,
    /// What it does, as one letter: `R` runs or could run, `S` sleeps, `Z` has ended and was not waited for.
    pub(crate) state: char,
    /// The number of the parent process.
    pub(crate) parent: i32,
    /// The number of the process group.
    pub(crate) group: i32,
    /// The processor time of a process and of its children that were waited for, in clock ticks.
    pub(crate) ticks: u64,
}

impl ProcStat {
    /// Reads the line in `folder`, such as `/proc/42`. `None` when the process or thread has ended.
    pub(crate) fn read(folder: impl AsRef<Path>) -> Option<ProcStat> {
        ProcStat::parse(&fs::read(folder.as_ref().join("stat")).ok()?)
    }

    /// The name stands in parentheses and may contain anything, parentheses and line breaks included.
    fn parse(line: &[u8]) -> Option<ProcStat> {
        let line = String::from_utf8_lossy(line);
        let (before, after) = line.rsplit_once(')')?;
        let mut fields = after.split_ascii_whitespace();
        let times = fields.clone().skip(11).take(4).map(|ticks| ticks.parse().unwrap_or(0));
        let ticks = times.fold(0, u64::saturating_add);
        Some(ProcStat {
            name: before.split_once('(')?.1.to_owned(),
            state: fields.next()?.chars().next()?,
            parent: fields.next()?.parse().ok()?,
            group: fields.next()?.parse().ok()?,
            ticks,
        })
    }

    /// Whether it has not ended yet.
    pub(crate) fn is_alive(&self) -> bool {
        !matches!(self.state, 'Z' | 'X')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_does_not_shift_the_fields() {
        let stat = ProcStat::parse(b"42 (a) R (b) S 7 99 99 0 -1").expect("the line is complete");
        assert_eq!(stat.name, "a) R (b");
        assert_eq!((stat.state, stat.parent, stat.group), ('S', 7, 99));
    }

    #[test]
    fn times_are_those_of_the_process_and_of_its_children() {
        let line = b"42 (a) S 7 99 99 0 -1 4194560 81 82 83 84 1 20 300 4000 20 0 3 0 9999";
        let stat = ProcStat::parse(line).expect("the line is complete");
        assert_eq!(stat.ticks, 4321);
    }

    #[test]
    fn a_name_that_was_cut_inside_of_a_character_is_read() {
        let stat = ProcStat::parse(b"42 (\xc3\xa4\xc3) S 7 99 99").expect("the line is complete");
        assert_eq!(stat.name, "ä\u{fffd}");
    }

    #[test]
    fn an_incomplete_line_is_not_read() {
        assert_eq!(ProcStat::parse(b"42 (a) S"), None);
        assert_eq!(ProcStat::parse(b""), None);
    }
}
