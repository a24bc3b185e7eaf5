//! Reads source files from a folder that a stranger has written.
//!
//! Each component of a path is opened by itself, relative to the folder above it, and never through a link. So the file
//! that was checked is the file that is read, even if the folder is changed meanwhile. A FIFO is refused without
//! waiting for its other end.

#[cfg(all(test, unix))]
mod tests;
#[cfg(unix)]
mod unix;

use std::io;
use std::path::Path;

/// How much is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceLimits {
    /// The number of files.
    pub files: usize,
    /// The bytes of all files together.
    pub bytes: u64,
    /// How deep folders are nested.
    pub depth: usize,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path relative to the folder that was read, with forward slashes.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Why files were not read. Paths are relative to the folder; the folder itself is the empty path.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There is a link.
    #[error("`{path}` is a link")]
    Link {
        /// The link.
        path: String,
    },
    /// A source file is no regular file, but a FIFO or a device.
    #[error("`{path}` is not a regular file")]
    NotRegular {
        /// The file.
        path: String,
    },
    /// Folders are nested too deep.
    #[error("the folders are nested too deep")]
    TooDeep,
    /// There are too many files.
    #[error("there are too many files")]
    TooManyFiles,
    /// The files have too many bytes.
    #[error("the files are too large")]
    TooManyBytes,
    /// A file or folder cannot be read.
    #[error("failed to read `{path}`")]
    Read {
        /// The file or folder.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// Reads the source files in the folder `name` of `parent` and in the folders below it, sorted by path.
///
/// `is_source` says which files are read, by their path from `parent` on. Files and folders with a hidden name, or with
/// a name that is not UTF-8, are skipped. Neither `parent` nor anything below it may be a link.
///
/// # Errors
///
/// When there is anything but regular files and folders, or more than `limits` allow, or when something cannot be read.
/// On systems other than Unix nothing can be read.
pub fn read_folder(
    parent: &Path,
    name: &str,
    limits: &SourceLimits,
    is_source: impl Fn(&str) -> bool,
) -> Result<Vec<SourceFile>, SourceError> {
    #[cfg(unix)]
    return unix::read_folder(parent, name, limits, &is_source);
    #[cfg(not(unix))]
    {
        let _ = (parent, name, limits, is_source);
        Err(unsupported())
    }
}

/// Reads one source file, which must not be a link.
///
/// # Errors
///
/// As [`read_folder`].
pub fn read_file(path: &Path, limits: &SourceLimits) -> Result<Vec<u8>, SourceError> {
    #[cfg(unix)]
    return unix::read_file(path, limits);
    #[cfg(not(unix))]
    {
        let _ = (path, limits);
        Err(unsupported())
    }
}

#[cfg(not(unix))]
fn unsupported() -> SourceError {
    SourceError::Read {
        path: String::new(),
        source: io::ErrorKind::Unsupported.into(),
    }
}
