//! Zips of submissions, unpacked into a folder that is removed with everything in it.
//!
//! An archive is a stranger's. Only its `.rs` files are unpacked, as many and as large as submissions may be, and
//! never outside of their folder. What looks like an attack, or like a mistake of who packed it, is an [`UnpackError`],
//! which says what was found. A file that is not unpacked cannot do harm, so it may be anything.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sandbox::ScratchFolder;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::exercise::Exercise;
use crate::intake;

/// How large an archive may be. Its list of files is held in memory, where it takes some ten times as much.
const MAX_ARCHIVE_BYTES: u64 = 64 << 20;

/// How many folders may be around the deepest one of a submission: those that wrap it, `exercises/<name>/src`.
const MAX_OUTER_FOLDERS: usize = 8;

/// Where archives are unpacked.
#[derive(Debug)]
pub struct Unpacked {
    temporary: PathBuf,
    /// Made for the first archive. A submission may run as another user, and should not find those of others.
    folder: Option<ScratchFolder>,
    n_archives: usize,
}

/// Why an archive was not unpacked.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnpackError {
    #[error("it is a link; put there what it leads to")]
    IsLink,
    #[error("the archive has more than {} MiB; pack only the source files", MAX_ARCHIVE_BYTES >> 20)]
    ArchiveTooLarge,
    #[error("the archive cannot be read: {0}; pack it again")]
    Unreadable(ZipError),
    #[error("`{name}` in the archive cannot be read: {source}; pack it again")]
    UnreadableFile { name: String, source: io::Error },
    #[error("`{name}` in the archive would be unpacked outside of its folder; pack it again")]
    Outside { name: String },
    #[error("`{name}` in the archive is a link; pack what it leads to")]
    HoldsLink { name: String },
    #[error("`{name}` in the archive is encrypted; pack it without a password")]
    Encrypted { name: String },
    #[error("the name `{name}` in the archive is not UTF-8; rename the file and pack it again")]
    NameNotText { name: String },
    #[error("the archive holds two files of one name; pack it again")]
    Doubles,
    #[error("`{name}` is in the archive twice; pack it again")]
    Double { name: String },
    #[error(
        "folders in the archive are nested deeper than {}; pack only the source files",
        intake::MAX_DEPTH
    )]
    TooDeep,
    #[error("the archive holds more than {limit} `.rs` files; pack only those of the exercise")]
    TooManyFiles { limit: usize },
    #[error("the `.rs` files in the archive have more than {} MiB; pack only those of the exercise", limit >> 20)]
    TooManyBytes { limit: u64 },
    #[error("failed to unpack the archive: {0}")]
    Write(io::Error),
}

/// A file of an archive that is to be unpacked.
struct Wanted {
    index: usize,
    /// Its path below the folder.
    path: String,
}

impl Unpacked {
    /// Nothing yet. Folders are made in `temporary`.
    pub(super) fn new(temporary: &Path) -> Self {
        Self {
            temporary: temporary.to_owned(),
            folder: None,
            n_archives: 0,
        }
    }

    /// Unpacks what may be a submission for one of `exercises`. Returns the folder with it.
    pub(super) fn unpack(&mut self, archive: &Path, exercises: &[Exercise]) -> Result<PathBuf, UnpackError> {
        if archive.is_symlink() {
            return Err(UnpackError::IsLink);
        }
        let file = File::open(archive).map_err(|error| UnpackError::Unreadable(error.into()))?;
        let metadata = file.metadata().map_err(|error| UnpackError::Unreadable(error.into()))?;
        if metadata.len() > MAX_ARCHIVE_BYTES {
            return Err(UnpackError::ArchiveTooLarge);
        }
        let mut archive = ZipArchive::new(file).map_err(UnpackError::Unreadable)?;
        let wanted = wanted(&archive, exercises)?;
        let folder = match &mut self.folder {
            Some(folder) => folder,
            none => none.insert(ScratchFolder::private_in(&self.temporary).map_err(UnpackError::Write)?),
        };
        let folder = folder.path().join(self.n_archives.to_string());
        self.n_archives += 1;
        fs::create_dir(&folder).map_err(UnpackError::Write)?;
        let limit = intake::MAX_BYTES * exercises.len() as u64;
        let mut n_bytes = 0;
        for file in wanted {
            let text = read(&mut archive, &file, limit - n_bytes)?;
            n_bytes += text.len() as u64;
            if n_bytes > limit {
                return Err(UnpackError::TooManyBytes { limit });
            }
            write(&folder.join(&file.path), &text).map_err(UnpackError::Write)?;
        }
        Ok(folder)
    }
}

/// Whether the file at `path` is called a zip.
pub(super) fn is_zip(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

/// The files that may belong to a submission. In a checkout of the course, those are the files of `exercises`.
fn wanted(archive: &ZipArchive<File>, exercises: &[Exercise]) -> Result<Vec<Wanted>, UnpackError> {
    // The library keeps the last of them.
    if archive.has_duplicate_names() {
        return Err(UnpackError::Doubles);
    }
    let entry = |index| archive.by_index_data(index).map_err(UnpackError::Unreadable);
    let is_known = |name: &str| exercises.iter().any(|exercise| exercise.name == name);
    let is_of_checkout = |path: &str| {
        let names: Vec<&str> = path.split('/').collect();
        names.windows(2).any(|pair| pair[0] == "exercises" && is_known(pair[1]))
    };
    let mut visible = Vec::new();
    for index in 0..archive.len() {
        let raw = entry(index)?.name_raw().to_owned();
        let name = String::from_utf8_lossy(&raw).into_owned();
        let Some(path) = path_inside(&name) else {
            return Err(UnpackError::Outside { name });
        };
        let is_visible = |part: &str| !part.starts_with('.') && part != "__MACOSX";
        if path.split('/').all(is_visible) {
            visible.push((Wanted { index, path }, String::from_utf8(raw).is_ok()));
        }
    }
    if visible.iter().any(|(file, _)| is_of_checkout(&file.path)) {
        visible.retain(|(file, _)| is_of_checkout(&file.path));
    }
    let (mut wanted, mut paths) = (Vec::new(), BTreeSet::new());
    for (file, is_text) in visible {
        let entry = entry(file.index)?;
        let name = file.path.clone();
        if entry.is_symlink() {
            return Err(UnpackError::HoldsLink { name });
        }
        if entry.is_dir() || !file.path.ends_with(".rs") {
            continue;
        }
        if !is_text {
            return Err(UnpackError::NameNotText { name });
        }
        if entry.encrypted() {
            return Err(UnpackError::Encrypted { name });
        }
        if file.path.split('/').count() > intake::MAX_DEPTH + MAX_OUTER_FOLDERS {
            return Err(UnpackError::TooDeep);
        }
        if !paths.insert(file.path.clone()) {
            return Err(UnpackError::Double { name });
        }
        wanted.push(file);
    }
    let limit = intake::MAX_FILES * exercises.len();
    if wanted.len() > limit {
        return Err(UnpackError::TooManyFiles { limit });
    }
    Ok(wanted)
}

/// The path of a file below the folder that it is unpacked into; `None` if it is not below it. Some programs on Windows
/// write backslashes.
fn path_inside(name: &str) -> Option<String> {
    let is_absolute = name.starts_with(['/', '\\']) || name.chars().nth(1) == Some(':');
    let parts = name.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".");
    let parts: Vec<&str> = parts.collect();
    (!is_absolute && !parts.contains(&"..")).then(|| parts.join("/"))
}

/// The text of a file, and one byte more than `limit` of one that is longer. The archive may tell another length.
fn read(archive: &mut ZipArchive<File>, file: &Wanted, limit: u64) -> Result<Vec<u8>, UnpackError> {
    let name = || file.path.clone();
    let unreadable = |source| UnpackError::UnreadableFile { name: name(), source };
    let entry = archive.by_index(file.index).map_err(|error| unreadable(error.into()))?;
    let mut text = Vec::new();
    entry.take(limit + 1).read_to_end(&mut text).map_err(unreadable)?;
    Ok(text)
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    File::create_new(path)?.write_all(text)
}

#[cfg(test)]
mod tests;
