//! Takes the source files of a submission into a folder that only the grader uses.
//!
//! A submission is `src/**/*.rs` and nothing else: no manifest, no build script, no link, no special file. Files with other
//! names and hidden files are skipped. `src/main.rs` is skipped too, because the course has its own program for an exercise.

use std::io;
use std::path::{Path, PathBuf};

use protocol::Finding;
use protocol::verdict::{CheckFailure, Evidence};
use sandbox::source_files::{self, SourceError, SourceFile, SourceLimits};

use crate::discover::{Source, Submission};

/// How many files a submission may have. The largest solution has two; this leaves room for any way to divide it.
pub const MAX_FILES: usize = 200;

/// How many bytes all files may have together: what a compiler reads in a moment, and a hundred times the largest solution.
pub const MAX_BYTES: u64 = 4 << 20;

/// How deep folders may be nested.
pub const MAX_DEPTH: usize = 16;

const LIMITS: SourceLimits = SourceLimits {
    files: MAX_FILES,
    bytes: MAX_BYTES,
    depth: MAX_DEPTH,
};

/// The source files of a submission, in a folder of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// That folder; the crate's root is `src/lib.rs` in it.
    pub folder: PathBuf,
    /// What stands for `src` (or, for one file, `src/lib.rs`) wherever a path is shown.
    pub renamed: Renamed,
    /// Each file: its path as it is shown, then its text; sorted by path.
    pub sources: Vec<(String, String)>,
}

/// How the paths of a staged submission are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The path inside [`Staged::folder`].
    pub from: String,
    /// The path that the student knows.
    pub to: String,
}

/// Why a submission was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// It is no submission that can be built: that is judged.
    #[error("the submission is not acceptable: {}", .0.message)]
    Refused(CheckFailure),
    /// It cannot be read: the grader's failure.
    #[error("failed to read `{path}`", path = path.display())]
    Read {
        /// The file or folder, as it is shown.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The copy cannot be written: the grader's failure.
    #[error("failed to copy the submission")]
    Write {
        /// Why.
        source: io::Error,
    },
}

/// Copies the source files of `submission` into `folder`, which is empty.
///
/// # Errors
///
/// When the submission holds what none may hold, or files cannot be read or written.
pub fn intake(submission: &Submission, folder: &Path) -> Result<Staged, IntakeError> {
    let (renamed, files) = collect(submission)?;
    let mut sources = Vec::new();
    for SourceFile { path, bytes } in files {
        let shown = format!("{}{}", renamed.to, &path[renamed.from.len()..]);
        let text = String::from_utf8(bytes).map_err(|error| IntakeError::Refused(not_text(&shown, &error)))?;
        write(folder, &path, &text)?;
        sources.push((shown, text));
    }
    Ok(Staged {
        folder: folder.to_owned(),
        renamed,
        sources,
    })
}

/// Reads the source files of a submission: their paths in the copy, and what is in them.
fn collect(submission: &Submission) -> Result<(Renamed, Vec<SourceFile>), IntakeError> {
    let shown = submission.shown.to_string_lossy().into_owned();
    match &submission.source {
        Source::Folder(path) => {
            let show = |path: &str| {
                if shown.is_empty() {
                    path.to_owned()
                } else {
                    format!("{shown}/{path}")
                }
            };
            let files = source_files::read_folder(path, "src", &LIMITS, is_source);
            let files = files.map_err(|error| not_taken(error, show))?;
            let (from, to) = ("src".to_owned(), show("src"));
            Ok((Renamed { from, to }, files))
        }
        Source::File(path) => {
            let bytes = source_files::read_file(path, &LIMITS);
            let bytes = bytes.map_err(|error| not_taken(error, |_| shown.clone()))?;
            let from = "src/lib.rs".to_owned();
            let file = SourceFile {
                path: from.clone(),
                bytes,
            };
            Ok((Renamed { from, to: shown }, vec![file]))
        }
    }
}

fn is_source(path: &str) -> bool {
    path.ends_with(".rs") && path != "src/main.rs"
}

fn write(folder: &Path, path: &str, text: &str) -> Result<(), IntakeError> {
    let target = folder.join(path);
    let parent = target.parent().unwrap_or(folder);
    let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&target, text));
    written.map_err(|source| IntakeError::Write { source })
}

/// What it means that files were not read; `show` gives the path that is shown.
fn not_taken(error: SourceError, show: impl Fn(&str) -> String) -> IntakeError {
    let too_much = |what: String| refused(Finding::ForbiddenCode, format!("the submission has {what}"));
    match error {
        SourceError::Link { path } => {
            let message = format!(
                "`{}` is a link; a submission consists of plain files and folders",
                show(&path)
            );
            refused(Finding::AccessDenied, message)
        }
        SourceError::NotRegular { path } => {
            let message = format!(
                "`{}` is not a plain file; a submission consists of plain files",
                show(&path)
            );
            refused(Finding::AccessDenied, message)
        }
        SourceError::TooDeep => too_much(format!("folders nested deeper than {MAX_DEPTH}")),
        SourceError::TooManyFiles => too_much(format!("more than {MAX_FILES} files")),
        SourceError::TooManyBytes => too_much(format!("more than {} MiB of source", MAX_BYTES >> 20)),
        SourceError::Read { path, source } => IntakeError::Read {
            path: PathBuf::from(show(&path)),
            source,
        },
    }
}

fn refused(finding: Finding, message: String) -> IntakeError {
    IntakeError::Refused(CheckFailure {
        finding,
        message,
        evidence: Evidence::None,
    })
}

fn not_text(shown: &str, error: &std::string::FromUtf8Error) -> CheckFailure {
    let valid = error.utf8_error().valid_up_to();
    let line = error.as_bytes()[..valid].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let byte = error.as_bytes()[valid];
    let message =
        format!("`{shown}` is not UTF-8 text: line {line} holds the byte 0x{byte:02x}, which begins no character");
    CheckFailure {
        finding: Finding::CompileError,
        message,
        evidence: Evidence::None,
    }
}

#[cfg(test)]
mod tests;
