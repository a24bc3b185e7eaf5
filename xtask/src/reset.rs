//! `cargo xtask reset`: brings the stub of an exercise back, and keeps what the student wrote beside it.
//!
//! The stub comes from `grader/checks/<exercise>/stub.rs`, which is the same text as `src/lib.rs` when the course is
//! handed out. So it works in a folder that is no checkout, and after the student has committed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use grader::discover::Workspace;
use grader::help::Help;
use report::text::{Line, Text, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::ResetFlags;
use crate::named::current_dir;
use crate::{kept, named};

/// Why the stub is not back. The student's file is as it was.
#[derive(Debug, thiserror::Error)]
enum ResetError {
    #[error("failed to read the stub `{path}`", path = path.display())]
    NoStub { path: PathBuf, source: io::Error },
    #[error("failed to read `{path}`", path = path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("failed to keep what you wrote beside `{path}`", path = path.display())]
    Keep { path: PathBuf, source: io::Error },
    #[error("failed to write `{path}`", path = path.display())]
    Write { path: PathBuf, source: io::Error },
}

impl Help for ResetError {
    fn help(&self) -> Option<String> {
        let unchanged = "nothing was changed";
        Some(match self {
            ResetError::NoStub { .. } => format!("{unchanged}; take the file from another copy of the course"),
            ResetError::Read { .. } => format!("{unchanged}; let yourself read it, or move it away"),
            ResetError::Keep { source, .. } | ResetError::Write { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    format!("{unchanged} in your file; make room on the disk")
                }
                _ => format!("{unchanged} in your file; let yourself write into its folder"),
            },
        })
    }
}

/// Brings the stub back.
pub(crate) fn run(flags: &ResetFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let exercise = named::exercise(&workspace, &flags.exercise)?;
    let path = exercise.folder.join("src/lib.rs");
    let shown = workspace.shown(&path);
    let outcome = reset(&path, &workspace.stub(&exercise)).map_err(|error| Error::Ungraded(Box::new(error)))?;
    let mut text = Text::new();
    match outcome {
        Outcome::IsStub => text.push(Line::new().with(
            Tone::Plain,
            format!("`{}` is the stub already; nothing was changed.", shown.display()),
        )),
        Outcome::Restored(kept) => {
            text.push(Line::new().with(Tone::Good, format!("`{}` is the stub again.", shown.display())));
            if let Some(kept) = kept {
                let kept = workspace.shown(&kept);
                let line = Line::new().with(Tone::Plain, "What you wrote is in ");
                text.push(line.with(Tone::Strong, kept.to_string_lossy()));
            }
        }
    }
    console.print(text)?;
    Ok(ExitCode::Passed)
}

/// What became of the student's file.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// It was the stub already.
    IsStub,
    /// The stub is back; the file that was there has another name.
    Restored(Option<PathBuf>),
}

fn reset(path: &Path, stub: &Path) -> Result<Outcome, ResetError> {
    let path_buf = || path.to_owned();
    let stub = fs::read(stub).map_err(|source| ResetError::NoStub {
        path: stub.to_owned(),
        source,
    })?;
    let written = match fs::read(path) {
        Ok(written) if written == stub => return Ok(Outcome::IsStub),
        Ok(written) => Some(written),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => {
            return Err(ResetError::Read {
                path: path_buf(),
                source,
            });
        }
    };
    let keep = |written: Vec<u8>| kept::aside(path, &written);
    let kept = written.map(keep).transpose().map_err(|source| ResetError::Keep {
        path: path_buf(),
        source,
    })?;
    match kept::replace(path, &stub) {
        Ok(()) => Ok(Outcome::Restored(kept)),
        Err(source) => {
            // The student's file is still there, so the copy says nothing.
            if let Some(kept) = kept {
                let _ = fs::remove_file(kept);
            }
            Err(ResetError::Write {
                path: path_buf(),
                source,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_student_wrote_is_kept_under_a_new_name_each_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, stub) = (folder.path().join("src/lib.rs"), folder.path().join("stub.rs"));
        fs::write(&stub, "stub").expect("a file");
        assert_eq!(reset(&path, &stub).expect("the file is new"), Outcome::Restored(None));
        assert_eq!(reset(&path, &stub).expect("nothing to do"), Outcome::IsStub);
        for number in [1, 2] {
            fs::write(&path, format!("mine {number}")).expect("a file");
            let kept = folder.path().join(format!("src/lib.rs.old-{number}"));
            let outcome = reset(&path, &stub).expect("there is room");
            assert_eq!(outcome, Outcome::Restored(Some(kept.clone())));
            assert_eq!(fs::read_to_string(&path).expect("a file"), "stub");
            assert_eq!(fs::read_to_string(kept).expect("a file"), format!("mine {number}"));
        }
    }

    #[test]
    fn without_the_stub_nothing_is_changed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lib.rs");
        fs::write(&path, "mine").expect("a file");
        let error = reset(&path, &folder.path().join("stub.rs")).expect_err("there is no stub");
        assert!(matches!(error, ResetError::NoStub { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "mine");
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 1);
    }
}
