//! Copies the source files of a submission into a folder that only the grader uses.
//!
//! A submission is `src/**/*.rs` and nothing else: no manifest, no build script, no symbolic link, no special file.
//! Each component of a path is opened by itself and never through a link, so the file that was checked is the file that
//! is read. Hidden files and files that are not `.rs` are ignored, and so is `src/main.rs`: the program of an exercise
//! belongs to the course.
//!
//! What is not allowed is a [`Refusal`], which says what was found and where. Nothing is judged.

mod lifetimes;

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, fstat, openat, statat};

use crate::discover::{Source, Submission};
use crate::help::Help;

pub use self::lifetimes::Extension;

/// How many files a submission may have. The largest solution has two; this leaves room for any way to divide it.
pub const MAX_FILES: usize = 200;

/// How many bytes all files may have together: a hundred times the largest solution, and little for a compiler.
pub const MAX_BYTES: u64 = 4 << 20;

/// How deep folders may be nested.
pub const MAX_DEPTH: usize = 16;

/// How many bytes of source are searched for extended lifetimes: ten times the largest solution. A source that is made
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
    /// More source than is searched for [`Refusal::ExtendedLifetime`].
    TooLongToSearch {
        /// How many bytes all files have together.
        n_bytes: usize,
    },
    /// A known way around the compiler's refusal of `unsafe`.
    ExtendedLifetime(Extension),
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
    let (renamed, mut files) = collect(submission)?;
    files.sort();
    let mut sources = Vec::new();
    for (path, bytes) in files {
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

/// A file: its path in the copy, and its bytes.
type Taken = (String, Vec<u8>);

fn collect(submission: &Submission) -> Result<(Renamed, Vec<Taken>), IntakeError> {
    let shown = submission.shown.to_string_lossy();
    match &submission.source {
        Source::Folder(path) => {
            let mut walk = Walk::new(&shown);
            let root = openat(CWD, path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
            let root = root.map_err(|error| walk.unreadable("", error.into()))?;
            walk.folder(&root, "src", 0)?;
            let (from, to) = ("src".to_owned(), walk.show("src"));
            Ok((Renamed { from, to }, walk.files))
        }
        Source::File(path) => {
            let mut walk = Walk::new("");
            let file = openat(CWD, path, READ, Mode::empty()).map_err(|error| walk.unreadable(&shown, error.into()))?;
            walk.file(file, &shown)?;
            let (from, to) = ("src/lib.rs".to_owned(), shown.into_owned());
            let files = walk.files.into_iter().map(|(_, bytes)| (from.clone(), bytes));
            let files = files.collect();
            Ok((Renamed { from, to }, files))
        }
    }
}

fn write(folder: &Path, path: &str, text: &str) -> Result<(), IntakeError> {
    let target = folder.join(path);
    let parent = target.parent().unwrap_or(folder);
    let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&target, text));
    written.map_err(|source| IntakeError::Write { source })
}

/// Neither follows a link nor waits for the other end of a pipe.
const READ: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

struct Walk<'a> {
    shown: &'a str,
    files: Vec<Taken>,
    bytes: u64,
}

impl<'a> Walk<'a> {
    fn new(shown: &'a str) -> Walk<'a> {
        let files = Vec::new();
        Walk { shown, files, bytes: 0 }
    }

    /// Takes the folder `path`, whose parent was opened without following a link.
    fn folder(&mut self, parent: &OwnedFd, path: &str, depth: usize) -> Result<(), IntakeError> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let folder = openat(parent, name, READ | OFlags::DIRECTORY, Mode::empty());
        let folder = folder.map_err(|error| match statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink => self.link(path),
            _ => self.unreadable(path, error.into()),
        })?;
        if depth > MAX_DEPTH {
            return Err(IntakeError::Refused(Refusal::TooDeep));
        }
        for name in self.names(&folder, path)? {
            let path = format!("{path}/{name}");
            let stat = statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW);
            let stat = stat.map_err(|error| self.unreadable(&path, error.into()))?;
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::Directory => self.folder(&folder, &path, depth + 1)?,
                FileType::Symlink => return Err(self.link(&path)),
                _ if !name.ends_with(".rs") || path == "src/main.rs" => {}
                _ => {
                    let file = openat(&folder, &name, READ, Mode::empty());
                    self.file(file.map_err(|error| self.unreadable(&path, error.into()))?, &path)?;
                }
            }
        }
        Ok(())
    }

    /// The names in a folder, sorted, without hidden names and names that are not text.
    fn names(&self, folder: &OwnedFd, path: &str) -> Result<Vec<String>, IntakeError> {
        let entries = Dir::read_from(folder).map_err(|error| self.unreadable(path, error.into()))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| self.unreadable(path, error.into()))?;
            if let Ok(name) = entry.file_name().to_str()
                && !name.starts_with('.')
            {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn file(&mut self, file: OwnedFd, path: &str) -> Result<(), IntakeError> {
        let stat = fstat(&file).map_err(|error| self.unreadable(path, error.into()))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(IntakeError::Refused(Refusal::SpecialFile { path: self.show(path) }));
        }
        if self.files.len() == MAX_FILES {
            return Err(IntakeError::Refused(Refusal::TooManyFiles));
        }
        let mut bytes = Vec::new();
        let room = MAX_BYTES - self.bytes;
        let read = File::from(file).take(room + 1).read_to_end(&mut bytes);
        read.map_err(|error| self.unreadable(path, error))?;
        self.bytes += bytes.len() as u64;
        if self.bytes > MAX_BYTES {
            return Err(IntakeError::Refused(Refusal::TooManyBytes));
        }
        self.files.push((path.to_owned(), bytes));
        Ok(())
    }

    fn show(&self, path: &str) -> String {
        if self.shown.is_empty() {
            path.to_owned()
        } else {
            format!("{}/{path}", self.shown)
        }
    }

    fn link(&self, path: &str) -> IntakeError {
        IntakeError::Refused(Refusal::Link { path: self.show(path) })
    }

    fn unreadable(&self, path: &str, source: io::Error) -> IntakeError {
        IntakeError::Read {
            path: PathBuf::from(self.show(path)),
            source,
        }
    }
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
    match lifetimes::extensions(sources).into_iter().next() {
        Some(extension) => Err(Refusal::ExtendedLifetime(extension)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
