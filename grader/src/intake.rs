//! Copies the source files of a submission into a folder that only the grader uses.
//!
//! A submission is `src/**/*.rs` and nothing else: no manifest, no build script, no symbolic link, no special file.
//! Hidden files and files that are not `.rs` are ignored, and so is `src/main.rs`: the program of an exercise
//! belongs to the course.
//!
//! What is not allowed is a [`Refusal`], which says what was found and where. Nothing is judged.

mod soundness;

use std::io;
use std::path::{Path, PathBuf};

use sandbox::source_files::{self, SourceError, SourceFile, SourceLimits};

use crate::discover::{Source, Submission};
use crate::help::Help;

pub use self::soundness::{Family, Hole};

/// How many files a submission may have. The largest solution has two; this leaves room for any way to divide it.
pub const MAX_FILES: usize = 200;

/// How many bytes all files may have together: a hundred times the largest solution, and little for a compiler.
pub const MAX_BYTES: u64 = 4 << 20;

/// How deep folders may be nested.
pub const MAX_DEPTH: usize = 16;

const LIMITS: SourceLimits = SourceLimits {
    files: MAX_FILES,
    bytes: MAX_BYTES,
    depth: MAX_DEPTH,
};

/// How many bytes of source are searched for soundness holes: ten times the largest solution. A source that is made
/// to be slow to search costs seconds at this size.
pub const MAX_SEARCHED_BYTES: usize = 128 << 10;

/// The source files of a submission, in a folder of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// That folder; the crate's root is `src/lib.rs` in it.
    pub folder: PathBuf,
    /// How paths inside that folder are shown.
    pub renamed: Renamed,
    /// The path of each file, as it is shown, and its text; sorted by path.
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

/// What was found in a submission that no submission may hold, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A link.
    Link {
        /// Its path, as it is shown.
        path: String,
    },
    /// A device, a pipe or a socket.
    SpecialFile {
        /// Its path, as it is shown.
        path: String,
    },
    /// Folders nested deeper than [`MAX_DEPTH`].
    TooDeep,
    /// More than [`MAX_FILES`] files.
    TooManyFiles,
    /// More than [`MAX_BYTES`] bytes.
    TooManyBytes,
    /// A source file that is not UTF-8.
    NotText {
        /// Its path, as it is shown.
        path: String,
        /// The line of the first byte that begins no character, counted from 1.
        line: usize,
        /// That byte.
        byte: u8,
    },
    /// More source than is searched for [`Refusal::SoundnessHole`].
    TooLongToSearch {
        /// How many bytes all files have together.
        n_bytes: usize,
    },
    /// A known way around the compiler's refusal of `unsafe`.
    SoundnessHole(Hole),
}

/// Why a submission was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// It holds what no submission may hold: the submission's failure.
    #[error("the submission holds what no submission may hold")]
    Refused(Refusal),
    /// A file or folder cannot be read: the grader's failure.
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

impl Help for IntakeError {}

/// Copies the source files of `submission` into `folder`, which is empty.
///
/// # Errors
///
/// When the submission holds what no submission may hold, or files cannot be read or written.
pub fn intake(submission: &Submission, folder: &Path) -> Result<Staged, IntakeError> {
    let (renamed, files) = collect(submission)?;
    let mut sources = Vec::new();
    for SourceFile { path, bytes } in files {
        let shown = format!("{}{}", renamed.to, &path[renamed.from.len()..]);
        let text = String::from_utf8(bytes).map_err(|error| IntakeError::Refused(not_text(&shown, &error)))?;
        write(folder, &path, &text)?;
        sources.push((shown, text));
    }
    search(&sources).map_err(IntakeError::Refused)?;
    Ok(Staged {
        folder: folder.to_owned(),
        renamed,
        sources,
    })
}

/// Reads the source files of a submission: their paths in the copy, and what is in them.
pub(crate) fn collect(submission: &Submission) -> Result<(Renamed, Vec<SourceFile>), IntakeError> {
    let shown = submission.shown.to_string_lossy().into_owned();
    match &submission.source {
        Source::Folder(path) => {
            let show = |path: &str| match (shown.as_str(), path) {
                ("", "") => ".".to_owned(),
                ("", path) => path.to_owned(),
                (shown, "") => shown.to_owned(),
                (shown, path) => format!("{shown}/{path}"),
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

/// Why a submission is not taken in when its files were not read; `show` gives the path that is shown.
fn not_taken(error: SourceError, show: impl Fn(&str) -> String) -> IntakeError {
    let refusal = match error {
        SourceError::Link { path } => Refusal::Link { path: show(&path) },
        SourceError::NotRegular { path } => Refusal::SpecialFile { path: show(&path) },
        SourceError::TooDeep => Refusal::TooDeep,
        SourceError::TooManyFiles => Refusal::TooManyFiles,
        SourceError::TooManyBytes => Refusal::TooManyBytes,
        SourceError::Read { path, source } => {
            return IntakeError::Read {
                path: PathBuf::from(show(&path)),
                source,
            };
        }
    };
    IntakeError::Refused(refusal)
}

fn not_text(shown: &str, error: &std::string::FromUtf8Error) -> Refusal {
    let valid = error.utf8_error().valid_up_to();
    Refusal::NotText {
        path: shown.to_owned(),
        line: error.as_bytes()[..valid].iter().filter(|&&byte| byte == b'\n').count() + 1,
        byte: error.as_bytes()[valid],
    }
}

/// Refuses sources with a known way around the compiler's refusal of `unsafe`.
fn search(sources: &[(String, String)]) -> Result<(), Refusal> {
    let n_bytes = sources.iter().map(|(_, text)| text.len()).sum();
    if n_bytes > MAX_SEARCHED_BYTES {
        return Err(Refusal::TooLongToSearch { n_bytes });
    }
    match soundness::holes(sources).into_iter().next() {
        Some(hole) => Err(Refusal::SoundnessHole(hole)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
