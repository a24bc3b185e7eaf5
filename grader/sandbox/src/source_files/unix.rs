//! Walks a folder with `openat`.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, fstat, openat, statat};

use super::{SourceError, SourceFile, SourceLimits};

/// Not through a link, and without waiting for the other end of a FIFO.
const READ: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

pub(super) fn read_folder(
    parent: &Path,
    name: &str,
    limits: &SourceLimits,
    is_source: &dyn Fn(&str) -> bool,
) -> Result<Vec<SourceFile>, SourceError> {
    let folder = openat(CWD, parent, READ | OFlags::DIRECTORY, Mode::empty());
    let parent = folder.map_err(|error| link_or(parent, error))?;
    let mut walk = Walk::new(limits);
    walk.read_folder(&parent, name, 0, is_source)?;
    walk.files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(walk.files)
}

pub(super) fn read_file(path: &Path, limits: &SourceLimits) -> Result<Vec<u8>, SourceError> {
    let file = openat(CWD, path, READ, Mode::empty()).map_err(|error| link_or(path, error))?;
    let mut walk = Walk::new(limits);
    walk.read_file(file, "")?;
    Ok(walk.files.pop().map(|file| file.bytes).unwrap_or_default())
}

/// Why the submission itself was not opened.
fn link_or(path: &Path, error: rustix::io::Errno) -> SourceError {
    match statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink => link(""),
        _ => failed("", error),
    }
}

struct Walk<'a> {
    limits: &'a SourceLimits,
    files: Vec<SourceFile>,
    n_bytes: u64,
}

impl<'a> Walk<'a> {
    fn new(limits: &'a SourceLimits) -> Walk<'a> {
        Walk {
            limits,
            files: Vec::new(),
            n_bytes: 0,
        }
    }

    /// Reads the folder `path`, whose parent was opened without following a link.
    fn read_folder(
        &mut self,
        parent: &OwnedFd,
        path: &str,
        depth: usize,
        is_source: &dyn Fn(&str) -> bool,
    ) -> Result<(), SourceError> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let folder = openat(parent, name, READ | OFlags::DIRECTORY, Mode::empty());
        let folder = folder.map_err(|error| match statat(parent, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink => link(path),
            _ => failed(path, error),
        })?;
        if depth > self.limits.depth {
            return Err(SourceError::TooDeep);
        }
        for name in names(&folder, path)? {
            let path = format!("{path}/{name}");
            let stat = statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW).map_err(|error| failed(&path, error))?;
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::Directory => self.read_folder(&folder, &path, depth + 1, is_source)?,
                FileType::Symlink => return Err(link(&path)),
                _ if !is_source(&path) => {}
                _ => {
                    let file = openat(&folder, &name, READ, Mode::empty()).map_err(|error| failed(&path, error))?;
                    self.read_file(file, &path)?;
                }
            }
        }
        Ok(())
    }

    fn read_file(&mut self, file: OwnedFd, path: &str) -> Result<(), SourceError> {
        let stat = fstat(&file).map_err(|error| failed(path, error))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(SourceError::NotRegular { path: path.to_owned() });
        }
        if self.files.len() == self.limits.files {
            return Err(SourceError::TooManyFiles);
        }
        let mut bytes = Vec::new();
        let room = self.limits.bytes - self.n_bytes;
        let read = File::from(file).take(room + 1).read_to_end(&mut bytes);
        read.map_err(|error| failed(path, error))?;
        self.n_bytes += bytes.len() as u64;
        if self.n_bytes > self.limits.bytes {
            return Err(SourceError::TooManyBytes);
        }
        let path = path.to_owned();
        self.files.push(SourceFile { path, bytes });
        Ok(())
    }
}

/// The names in a folder, sorted.
fn names(folder: &OwnedFd, path: &str) -> Result<Vec<String>, SourceError> {
    let entries = Dir::read_from(folder).map_err(|error| failed(path, error))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed(path, error))?;
        if let Ok(name) = entry.file_name().to_str()
            && !name.starts_with('.')
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn link(path: &str) -> SourceError {
    SourceError::Link { path: path.to_owned() }
}

fn failed(path: &str, source: impl Into<io::Error>) -> SourceError {
    SourceError::Read {
        path: path.to_owned(),
        source: source.into(),
    }
}
