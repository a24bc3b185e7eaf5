//! Notices when the student saves.
//!
//! It looks at the files many times a second. Events of the file system would come no sooner for a person, and they do
//! not come at all for folders that a network, a container or a virtual machine shares. It also needs not know how an
//! editor saves: into the file, into an emptied file, or by renaming another one.

use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use grader::exercise::Exercise;

use crate::standing::source_files;

/// How long nothing changes after a save. An editor that writes several files, or one in parts, is quicker.
const SETTLED_AFTER: Duration = Duration::from_millis(50);
/// How long an editor may leave the file empty or away while it saves.
const GONE_AFTER: Duration = Duration::from_millis(500);

/// What can be seen of the student's files without reading them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamps {
    files: Vec<(PathBuf, Option<SystemTime>, u64)>,
    /// Whether `src/lib.rs` is there and not empty.
    is_whole: bool,
}

impl Stamps {
    /// Those of the files of `exercise`.
    pub(crate) fn of(exercise: &Exercise) -> Self {
        let library = exercise.folder.join("src/lib.rs");
        let stamp = |path: PathBuf| {
            let metadata = path.metadata().ok()?;
            Some((path, metadata.modified().ok(), metadata.len()))
        };
        let files: Vec<_> = source_files(exercise).into_iter().filter_map(stamp).collect();
        let is_whole = files.iter().any(|(path, _, length)| *path == library && *length > 0);
        Self { files, is_whole }
    }
}

/// Whether the student has saved.
#[derive(Debug)]
pub(crate) struct Saves {
    last: Stamps,
    changed: Option<Instant>,
}

impl Saves {
    /// What comes after `stamps` is a save.
    pub(crate) fn after(stamps: Stamps) -> Self {
        Self {
            last: stamps,
            changed: None,
        }
    }

    /// Whether a save has ended, by what is seen `now`. It is told once for each save.
    pub(crate) fn has_ended(&mut self, stamps: Stamps, now: Instant) -> bool {
        if stamps != self.last {
            self.last = stamps;
            self.changed = Some(now);
            return false;
        }
        let pause = if self.last.is_whole { SETTLED_AFTER } else { GONE_AFTER };
        let has_ended = self.changed.is_some_and(|changed| now >= changed + pause);
        if has_ended {
            self.changed = None;
        }
        has_ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The milliseconds at which a save has ended, of what is seen from the start on, every ten of them.
    fn ends(seen: &[(u64, u64)]) -> Vec<u64> {
        let start = Instant::now();
        let stamps = |length: u64, written: u64| Stamps {
            files: vec![(
                PathBuf::from("src/lib.rs"),
                Some(SystemTime::UNIX_EPOCH + Duration::from_millis(written)),
                length,
            )],
            is_whole: length > 0,
        };
        let mut saves = Saves::after(stamps(1, 0));
        let mut ends = Vec::new();
        for at in (0..2_000).step_by(10) {
            let (written, length) = *seen.iter().rfind(|(from, _)| *from <= at).unwrap_or(&(0, 1));
            if saves.has_ended(stamps(length, written), start + Duration::from_millis(at)) {
                ends.push(at);
            }
        }
        ends
    }

    #[test]
    fn a_save_ends_when_nothing_changes_any_more() {
        assert_eq!(ends(&[]), [0; 0]);
        assert_eq!(ends(&[(100, 7)]), [150]);
        assert_eq!(ends(&[(100, 7), (120, 8), (160, 9)]), [210]);
        assert_eq!(ends(&[(100, 7), (400, 7)]), [150, 450]);
    }

    #[test]
    fn a_file_that_is_empty_for_a_moment_is_still_being_saved() {
        assert_eq!(ends(&[(100, 0), (200, 7)]), [250]);
        assert_eq!(ends(&[(100, 0)]), [600]);
    }
}
