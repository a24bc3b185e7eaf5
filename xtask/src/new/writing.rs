//! Writes a new exercise as a whole or not at all.
//!
//! The files are written to a temporary folder in the root of the course and formatted there. Then its folders are
//! renamed to their places, and last the README of the course is replaced. After an error all of that is undone.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use grader::help::Help;

use super::name::FOLDERS;
use super::templates::NewFile;
use crate::kept;

/// Why there is no new exercise. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(super) enum WritingError {
    #[error("failed to write the exercise to `{path}`", path = path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("failed to format the exercise: {stderr}")]
    Format { stderr: String },
    #[error("failed to move the exercise to `{path}`", path = path.display())]
    Move { path: PathBuf, source: io::Error },
    #[error("failed to add a row to `{path}`", path = path.display())]
    Readme { path: PathBuf, source: io::Error },
}

impl Help for WritingError {
    fn help(&self) -> Option<String> {
        let source = match self {
            WritingError::Format { .. } => return Some("nothing was changed".to_owned()),
            WritingError::Write { source, .. }
            | WritingError::Move { source, .. }
            | WritingError::Readme { source, .. } => source,
        };
        Some(match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "nothing was changed; make room on the disk".to_owned()
            }
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
                "nothing was changed; somebody else has made it meanwhile".to_owned()
            }
            _ => "nothing was changed; let yourself write there".to_owned(),
        })
    }
}

/// An exercise as it is to be written.
pub(super) struct NewExercise<'a> {
    pub(super) name: &'a str,
    pub(super) edition: &'a str,
    pub(super) files: &'a [NewFile],
    /// The new text of the README of the course, if it changes.
    pub(super) readme: Option<&'a str>,
}

/// Writes an exercise into the course at `root`.
pub(super) fn write(root: &Path, exercise: &NewExercise<'_>) -> Result<(), WritingError> {
    let NewExercise {
        name,
        edition,
        files,
        readme,
    } = *exercise;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| WritingError::Write { path, source }
    };
    let folder = tempfile::Builder::new()
        .prefix(".new-exercise-")
        .tempdir_in(root)
        .map_err(failed(root))?;
    for file in files {
        let path = folder.path().join(&file.path);
        let parent = path.parent().unwrap_or(folder.path());
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, &file.text))
            .map_err(failed(&root.join(&file.path)))?;
    }
    format(root, folder.path(), files, edition)?;
    let mut moved = Moved(Vec::new());
    for place in FOLDERS {
        moved.bring(&folder.path().join(place).join(name), &root.join(place).join(name))?;
    }
    if let Some(readme) = readme {
        let path = root.join("README.md");
        kept::replace(&path, readme.as_bytes()).map_err(|source| WritingError::Readme { path, source })?;
    }
    moved.stay();
    Ok(())
}

/// Formats the sources as `cargo fmt` would. Where there is no formatter they stay as they are.
fn format(root: &Path, folder: &Path, files: &[NewFile], edition: &str) -> Result<(), WritingError> {
    // A module that another file names is formatted with that file.
    let sources: BTreeSet<PathBuf> = files
        .iter()
        .filter(|file| file.path.ends_with(".rs"))
        .map(|file| folder.join(&file.path))
        .collect();
    let formatter = std::env::var_os("RUSTFMT").unwrap_or_else(|| OsString::from("rustfmt"));
    let output = Command::new(formatter)
        .args(["--edition", edition])
        .args(&sources)
        .current_dir(root)
        .stdin(Stdio::null())
        .output();
    match output {
        Ok(output) if !output.status.success() => Err(WritingError::Format {
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        }),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Folders that were brought to their places, and are removed again unless they shall stay.
struct Moved(Vec<PathBuf>);

impl Moved {
    fn bring(&mut self, from: &Path, to: &Path) -> Result<(), WritingError> {
        let failed = |source| WritingError::Move {
            path: to.to_owned(),
            source,
        };
        // A rename would replace an empty folder.
        if to.symlink_metadata().is_ok() {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        if let Some(parent) = to.parent()
            && !parent.exists()
        {
            fs::create_dir(parent).map_err(failed)?;
            self.0.push(parent.to_owned());
        }
        fs::rename(from, to).map_err(failed)?;
        self.0.push(to.to_owned());
        Ok(())
    }

    fn stay(mut self) {
        self.0.clear();
    }
}

impl Drop for Moved {
    fn drop(&mut self) {
        for path in self.0.iter().rev() {
            // Nobody is left to tell.
            let _ = fs::remove_dir_all(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<NewFile> {
        FOLDERS
            .iter()
            .map(|folder| NewFile {
                path: format!("{folder}/x/src/lib.rs"),
                text: "//! Text.\n\npub fn f( ) {}\n".to_owned(),
            })
            .collect()
    }

    fn exercise<'a>(files: &'a [NewFile], readme: Option<&'a str>) -> NewExercise<'a> {
        NewExercise {
            name: "x",
            edition: "2024",
            files,
            readme,
        }
    }

    fn course() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temporary folder");
        for folder in ["exercises", "grader/checks"] {
            fs::create_dir_all(root.path().join(folder)).expect("a folder");
        }
        root
    }

    /// All files and folders, relative to the root.
    fn listed(root: &Path) -> BTreeSet<PathBuf> {
        let (mut found, mut folders) = (BTreeSet::new(), vec![root.to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                found.insert(path.strip_prefix(root).expect("it is below").to_owned());
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        found
    }

    #[test]
    fn the_files_come_to_their_places_and_nothing_else_does() {
        let course = course();
        let root = course.path();
        write(root, &exercise(&files(), None)).expect("there is room");
        let names = listed(root);
        assert_eq!(names.len(), 3 + 1 + 3 * 3, "{names:?}");
        assert!(names.contains(Path::new("solutions/x/src/lib.rs")));
        let text = fs::read_to_string(root.join("grader/checks/x/src/lib.rs")).expect("a file");
        assert!(text.starts_with("//! Text.\n\npub fn f("), "{text}");
    }

    #[test]
    fn after_a_failure_nothing_is_left() {
        for blocked in ["exercises/x", "grader/checks/x", "README.md/x"] {
            let course = course();
            let root = course.path();
            fs::create_dir_all(root.join(blocked)).expect("a folder");
            let before = listed(root);
            write(root, &exercise(&files(), Some("new"))).expect_err("something is in the way");
            assert_eq!(listed(root), before, "`{blocked}` is in the way");
        }
    }
}
